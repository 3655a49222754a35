// Tables of class "sort" are sorted by a click on a column's head; again turns the order round.
for (const table of document.querySelectorAll("table.sort")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isNumber = head.classList.contains("n");
      const isDown = head.ariaSort ? head.ariaSort === "ascending" : isNumber;
      const value = row => {
        const cell = row.cells[column];
        return isNumber ? Number(cell.dataset.v) : cell.dataset.v ?? cell.textContent.trim();
      };
      const order = (a, b) => isNumber ? value(a) - value(b) : value(a).localeCompare(value(b));
      const rows = [...table.tBodies[0].rows].sort((a, b) => isDown ? order(b, a) : order(a, b));
      heads.forEach(each => each.removeAttribute("aria-sort"));
      head.ariaSort = isDown ? "descending" : "ascending";
      table.tBodies[0].append(...rows);
    });
  });
}
