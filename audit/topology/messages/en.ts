/** The audit's sentences in English. vi.ts has the same ones. */
export const en = {
  "waivers.title": "Waivers that waive something",
  "waivers.noCheck": "the waiver names the check {check}, which there is not",
  "waivers.noCheck.remedy": "write the id that the audit shows beside the finding, or remove the waiver",
  "waivers.nothing": "the waiver of {check} for {subject} waives nothing: there is no such finding",
  "waivers.nothing.remedy": "remove it; if it is misspelt, write the subject as the finding does",

  "addressing.overlap.title": "Addresses of one owner only",
  "addressing.overlap": "{mine} of {owner} overlaps {theirs} of {other}",
  "addressing.overlap.remedy": "give {owner} addresses that nobody else has",

  "coverage.bodies.title": "Every body on the network",
  "coverage.units.title": "Every unit with offices on the network",
  "coverage.communes.title": "A way in for every commune",
  "coverage.noSite": "{owner} has no office on the network",
  "coverage.noSite.remedy": "add its office to sites.yaml, its router to hosts.yaml and its links to links.yaml",
  "coverage.noLan": "the office {site} of {owner} has no LAN",
  "coverage.noLan.remedy": "make {site} an office with a LAN in sites.yaml",
  "coverage.noWay": "the office {site} of {owner} has no way to the data center, even with nothing broken",
  "coverage.noWay.remedy": "link the router of {site} to a hub that reaches the data center's firewalls",
  "coverage.communes.noAccess": "the {communes} communes of {unit} have no way in: none of its offices has an access LAN",
  "coverage.communes.noAccess.remedy": "set access: true at the office of {unit} in sites.yaml",
  "coverage.communes.noWay": "the {communes} communes of {unit} come in at {site}, which has no way to the data center",
} as const;
