// Copyright: (c) 2026, fleetops.iis contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Opens each page at two widths, light and dark; asks axe-core; takes a screenshot; uses the page as a reader would.
import { createRequire } from "node:module";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const settings = JSON.parse(process.argv[2]);
const require = createRequire(join(settings.modules, "x.js"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core");
const browser = await chromium.launch({ executablePath: settings.browser, args: ["--no-sandbox"] });
let found = 0;
const fail = (words) => { found += 1; console.log(`FOUND ${words}`); };

const open = async (file, options) => {
  // axe-core is a script from outside, which the page's own policy would keep out.
  const context = await browser.newContext({ bypassCSP: true, ...options });
  const page = await context.newPage();
  page.on("console", (message) => { if (message.type() === "error") fail(`${file}: ${message.text()}`); });
  page.on("pageerror", (error) => fail(`${file}: ${error}`));
  page.on("request", (request) => { if (!request.url().startsWith("file:")) fail(`${file} asks for ${request.url()}`); });
  const began = Date.now();
  await page.goto(pathToFileURL(join(settings.folder, file)).href);
  return { context, page, took: Date.now() - began };
};

const look = async (file, width, scheme) => {
  const { context, page, took } = await open(file, { viewport: { width, height: 900 }, colorScheme: scheme });
  const name = `${file} at ${width} px, ${scheme}`;
  const auto = page.locator(".live-switch input");
  if (await auto.count()) await auto.uncheck();
  await page.screenshot({ path: join(settings.folder, `${file}-${width}-${scheme}.png`) });
  if (file.startsWith("large")) {
    console.log(`${name}: loaded in ${took} ms`);
    await context.close();
    return;
  }
  // Opened details are looked at as well.
  for (const button of (await page.locator("tbody:not([hidden]) .opens").all()).slice(0, 3)) await button.click();
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => axe.run());
  for (const violation of violations) {
    fail(`${name}: ${violation.id}: ${violation.help} (${violation.nodes.length}), ${violation.nodes[0].html.slice(0, 160)} ${violation.nodes[0].failureSummary ?? ""}`);
  }
  const across = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (across > 0) fail(`${name}: ${across} px wider than the screen`);
  console.log(`${name}: loaded in ${took} ms, ${violations.length} findings`);
  await context.close();
};

const use = async () => {
  // As if it had just been written: an old page gets a line at its top that says so.
  utimesSync(join(settings.folder, "running.html"), new Date(), new Date());
  const { context, page } = await open("running.html", { viewport: { width: 1280, height: 900 } });
  await page.fill("#find", "web0007");
  await page.selectOption(".filter select", "outage");
  await page.evaluate(() => scrollTo(0, 700));
  const before = await page.evaluate(() => scrollY);
  await page.waitForEvent("load", { timeout: 15000 });
  await page.waitForTimeout(300);
  const kept = await page.evaluate(() => [document.querySelector("#find").value, document.querySelector(".filter select").value, scrollY]);
  if (kept[0] !== "web0007" || kept[1] !== "outage" || Math.abs(kept[2] - before) > 20) fail(`a refresh keeps ${kept}, of ${before}`);
  await context.close();
  const other = await open("ended.html", { viewport: { width: 1280, height: 900 } });
  await other.page.fill("#find", "nobody");
  await other.page.evaluate(() => { location.hash = "#host-web0009"; });
  await other.page.waitForTimeout(200);
  if (!(await other.page.locator("#host-web0009 .more").isVisible())) fail("a link to a host that the filter hides leads nowhere");
  const wide = await other.page.evaluate(() => {
    const more = document.querySelector("#host-web0009 .more td").getBoundingClientRect();
    return more.width / document.querySelector("table").getBoundingClientRect().width;
  });
  if (wide < 0.95) fail("details don't use the whole row");
  await other.page.pdf({ path: join(settings.folder, "ended.pdf"), format: "A4" });
  await other.context.close();
  const contrast = await open("ended.html", { viewport: { width: 1280, height: 900 }, forcedColors: "active" });
  await contrast.page.locator("table").screenshot({ path: join(settings.folder, "high-contrast.png") });
  await contrast.context.close();
};

for (const file of readdirSync(settings.folder).filter((name) => name.endsWith(".html"))) {
  for (const width of [400, 1280]) for (const scheme of ["light", "dark"]) await look(file, width, scheme);
}
await use();
await browser.close();
console.log(found ? `${found} findings` : "Nothing was found.");
process.exit(found ? 1 : 0);
