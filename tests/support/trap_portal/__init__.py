"""The embedded portal as tests need it, with everything that a crawl must stand.

portal                              the portal with editions, its limits, and what a crawl of it must write
editions                            what changes from one edition to the next
traps, damage                       addresses that harm a crawler, pages that arrive damaged
laboratory_plan, laboratory_site    pages that show their content only in a browser
expected_records, truth             the records that a crawl must write, from the portal's plan and not its pages
changing_portal                     a portal whose articles vanish, lead elsewhere and come back
"""

from support.trap_portal.portal import TrapPortal
from support.trap_portal.traps import Limits

__all__ = ["Limits", "TrapPortal"]
