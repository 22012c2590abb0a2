/** Files to look at, made of an audit: a page, a drawing, a document. */
import { writeFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import { renderPage, renderReport, renderSvg, topologyMap, VIEWS, type View } from "../../audit/topology/page/index.ts";
import type { Language, TopologyReport } from "../../audit/topology/index.ts";
import { Failure } from "../../inventory/failure.ts";
import type { Province } from "../../inventory/model.ts";
import { findChromium, openPage } from "./chromium.ts";

export interface PictureOptions {
  readonly html?: string;
  readonly svg?: string;
  readonly pdf?: string;
  readonly view: View;
  readonly lang: Language;
}

/** Adds the options that say what is to be written. */
export function withPictures(command: Command): Command {
  return command
    .option("--html <file>", "write a page that needs no network: map, evidence, failures; Vietnamese and English")
    .option("--svg <file>", "write a drawing in the language of --lang")
    .addOption(new Option("--view <view>", "what the drawing shows").choices(VIEWS).default("map"))
    .option("--pdf <file>", "print a report in the language of --lang, by Chromium");
}

/**
 * Writes what was asked for. Resolves with the names of the files.
 * @throws Failure when a file cannot be written, or when there is no browser to print with: then nothing is written.
 */
export async function writePictures(province: Province, report: TopologyReport, options: PictureOptions): Promise<string[]> {
  const { html, svg, pdf, view, lang } = options;
  if (html === undefined && svg === undefined && pdf === undefined) return [];
  const chromium = pdf === undefined ? undefined : findChromium();
  if (pdf !== undefined && chromium === undefined) {
    throw new Failure("there is no Chromium to print with", { advice: "Install the Debian package chromium, or print the page of --html with any browser." });
  }
  const map = topologyMap(province, report);
  const written: string[] = [];
  const write = async (file: string, data: string | Uint8Array): Promise<void> => {
    try {
      await writeFile(file, data);
    } catch (cause) {
      throw new Failure(`${file}: cannot write the file (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`, { advice: "Name a file in a folder that is there and that you may write to.", cause });
    }
    written.push(file);
  };
  if (html !== undefined) await write(html, renderPage(map));
  if (svg !== undefined) await write(svg, renderSvg(map, { view, language: lang }));
  if (pdf !== undefined) {
    await using page = await openPage(chromium!, renderReport(map, lang));
    await write(pdf, await page.pdf({ preferCSSPageSize: true, printBackground: true }));
  }
  return written;
}
