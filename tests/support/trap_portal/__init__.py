"""The embedded portal for tests, with everything that a crawl must survive.

portal                              the portal with editions, its limits, and the expected output of a crawl
editions                            changes from one edition to the next
traps, damage                       URLs that harm a crawler, pages that are damaged on the way
laboratory_plan, laboratory_site    pages that show their content only in a browser
expected_records, truth             the records that a crawl must write, made from the portal's plan, not its pages
changing_portal                     a portal whose articles vanish, redirect and come back
"""

from support.trap_portal.portal import TrapPortal
from support.trap_portal.traps import Limits

__all__ = ["Limits", "TrapPortal"]
