// Draws a D2 source as SVG: node docs/architecture.mjs PACKAGE SOURCE TARGET
// The picture holds a light and a dark theme; the viewer's own preference chooses.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [installed, source, target] = process.argv.slice(2);
// By its path: it is installed beside what is built, and a module is only looked for above its importer.
const { D2 } = await import(pathToFileURL(resolve(installed, "dist/node-esm/index.js")));
const options = { layout: "elk", themeID: 0, darkThemeID: 200, pad: 24, noXMLTag: true, salt: "architecture" };

const d2 = new D2();
const { diagram, renderOptions } = await d2.compile(readFileSync(source, "utf8"), options);
writeFileSync(target, await d2.render(diagram, { ...renderOptions, ...options }));
// Its worker would keep the process alive.
process.exit(0);
