/** The program of all exporters: `exporters.cjs NAME CONFIGURATION-FILE`. */
import { readFileSync } from "node:fs";
import { type ConferenceConfiguration, runConference } from "./conference.ts";
import { runMail, type MailConfiguration } from "./mail.ts";
import { runPager, type PagerConfiguration } from "./pager.ts";
import { runWan } from "./wan/wan.ts";
import type { WanConfiguration } from "./wan/configuration.ts";

const [name, file] = process.argv.slice(2);
const configuration: unknown = JSON.parse(readFileSync(file ?? "", "utf8"));

switch (name) {
  case "wan": runWan(configuration as WanConfiguration); break;
  case "mail": runMail(configuration as MailConfiguration); break;
  case "conference": runConference(configuration as ConferenceConfiguration); break;
  case "pager": runPager(configuration as PagerConfiguration); break;
  default: throw new Error(`there is no exporter ${name}`);
}
