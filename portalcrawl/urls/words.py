"""Words in paths of news sites that tell what a page is not, in the languages of many sites."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILES = _words(
    """
    jpg jpeg png gif webp avif svg ico bmp tif tiff pdf doc docx xls xlsx ppt pptx odt csv txt rtf epub
    mp3 mp4 m4a m4v aac ogg oga ogv wav webm mov avi flv wmv mkv m3u m3u8 mpd zip gz tar rar 7z exe dmg
    apk xml rss atom rdf json js mjs css map woff woff2 ttf eot otf ics vcf swf
    """
)
"""Extensions of files that are no pages."""

PAGES = _words(
    """
    html htm xhtml shtml shtm php php3 php4 php5 phtml asp aspx jsp jspx cfm cgi do ece stm amp nsf pl
    """
)
"""Extensions of pages."""

REFUSED = _words(
    """
    login signin sign-in signup sign-up logout register registrieren registrierung anmelden anmeldung
    mein-konto konto account accounts profile profil profiles user users benutzer nutzer member members
    mitglied mitglieder my-account cart warenkorb checkout kasse shop store abo abos abonnement
    abonnements abonnieren subscribe subscription subscriptions abonnes suscripcion suscribete prenumerera
    search suche suchen recherche buscar busca busqueda ricerca zoeken sok soek szukaj arama cari
    pencarian feed feeds rss atom sitemap sitemaps wp-content wp-admin wp-json wp-login xmlrpc cgi-bin
    share teilen print-abo epaper e-paper e-papers mediadaten unsubscribe passwort password
    forgot-password comment-page newsletter-anmeldung kleinanzeigen stellenmarkt stellenangebote
    traueranzeigen branchenbuch gutscheine gutschein voucher vouchers coupons jobs karriere careers
    cdn-cgi oauth auth api widget widgets embed embeds comments kommentare articlecomments reactions
    ueber-uns uber-uns about about-us
    """
)
"""Segments that no article stands under."""

LABELS = _words(
    """
    tag tags schlagwort schlagworte schlagwoerter stichwort stichworte keyword keywords etiqueta etiquetas
    etiket etiketter topic topics thema themen thema-des-tages themenseite themenseiten tema temas temat
    temaer tagi sujet sujets dossier dossiers argomento argomenti category categories kategorie kategorien
    categoria categorias categorie kategori categoryname cat rubrik rubriken rubrique rubriques section
    sections author authors autor autoren autorin auteur auteurs autore autores autori redakteur redaktion
    redakcja people person personen by profil journalist journalists staff writer writers contributor
    contributors reporter page pages seite seiten pagina paged archive archives archiv archivo location
    locations ort orte serie serien series kolumne kolumnen podcast podcasts newsletter newsletters event
    events veranstaltung veranstaltungen termine branche
    """
)
"""Segments that label what the next one is called (``/tag/x``, ``/author/x``): neither is an article."""

SERIES = _words("serie serien series kolumne kolumnen podcast podcasts")
"""Those of the labels that articles stand under, too, with an id of their own."""

STATIC = _words(
    """
    impressum imprint datenschutz datenschutzerklaerung datenschutzerklarung privacy privacypolicy cookie
    cookies cookierichtlinie agb nutzungsbedingungen nutzungsbasiert terms disclaimer kontakt contact
    contacts contacto contatti contactez kontaktformular aboutus faq faqs hilfe help hilfecenter sitemap
    barrierefreiheit accessibility barrierefreiheitserklaerung netiquette mediadaten advertise advertising
    werbung newsletter newsletters podcasts epaper abo login mentions legal legales privacidad privacidade
    confidentialite gdpr dsgvo jugendschutz widerruf widerrufsbelehrung kuendigung kuendigen feeds
    """
)
"""Words of pages every site has; only near the root, since articles also speak of privacy and of help."""

STATIC_STARTS = ("datenschutz", "nutzungsbeding", "geschaeftsbeding", "barrierefrei")
"""Beginnings of such words."""

FRONTS = _words(
    """
    startseite startpage homepage home frontpage uebersicht overview
    """
)
"""Words of front pages of sections."""

ARTICLES = _words(
    """
    article articles artikel story stories news nachricht nachrichten meldung meldungen beitrag beitraege
    post posts doc docs noticia noticias nieuws nyhet nyheter nyhed actualite actualites actu notizie
    notizia haber haberler berita wiadomosci pressemitteilung pressemitteilungen pm aktuelles reportage
    interview
    """
)
"""Words that say of an id beside them that it is an article's."""
