// SPDX-License-Identifier: BSD-2-Clause
// browser.js FOLDER STATE URL - looks at the page in Chromium as people do: in both colours and at
// three widths, with and without JavaScript, by keyboard, with axe-core; a picture of each goes to
// FOLDER. Speaks TAP lines for tests/extra/page.sh, which gives them numbers.
"use strict";
const fs = require("fs");
const puppeteer = require("puppeteer-core");
const [folder, state, url] = process.argv.slice(2);
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

function say(good, name, why) {
	console.log((good ? "ok - " : "not ok - ") + state + ": " + name);
	if (!good && why) {
		console.log("# " + String(why).replace(/\n/g, "\n# "));
	}
}

async function open(browser, options) {
	const page = await browser.newPage();
	const faults = [];
	const foreign = [];
	const bodies = [];
	page.on("console", (m) => m.type() === "error" && !options.gone && faults.push(m.text()));
	page.on("pageerror", (e) => faults.push(e.message));
	page.on("request", (r) => r.url().startsWith(url) || r.url().startsWith("data:") ||
		foreign.push(r.url()));
	page.on("response", (r) => bodies.push(r.buffer().catch(() => "")));
	await page.setViewport({ width: options.width || 1280, height: 900 });
	await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: options.scheme || "light" }]);
	if (options.script === false) {
		await page.setJavaScriptEnabled(false);
	}
	await page.goto(url, { waitUntil: "load" });
	await new Promise((r) => setTimeout(r, 500));
	return { page, faults, foreign, octets: async () => (await Promise.all(bodies)).reduce((n, b) => n + b.length, 0) };
}

async function check_axe(page, name) {
	await page.setBypassCSP(true);
	await page.evaluate(axe + ";0");
	const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa",
		"wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
	say(found.violations.length === 0, "axe finds nothing, " + name, found.violations.map((v) =>
		v.id + ": " + v.help + "\n" + v.nodes.map((n) => "  " + n.html.slice(0, 160) + " " + n.failureSummary).join("\n")).join("\n"));
}

async function look(browser, options, name) {
	const at = await open(browser, options);
	const octets = await at.octets();
	await at.page.screenshot({ path: folder + "/" + state + "-" + name + ".png", fullPage: true });
	say(at.faults.length === 0, "no error in the console, " + name, at.faults.join("\n"));
	say(at.foreign.length === 0, "nothing is fetched from elsewhere, " + name, at.foreign.join("\n"));
	const wide = await at.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
	say(!wide, "nothing is wider than the window, " + name);
	const out = await at.page.evaluate(() => [...document.querySelectorAll("td, th")]
		.filter((c) => c.scrollWidth > c.clientWidth + 1).map((c) => c.textContent.slice(0, 60)));
	say(out.length === 0, "no text leaves its cell, " + name, out.join("\n"));
	if (options.script !== false) {
		await check_axe(at.page, name);
	}
	await at.page.close();
	return octets;
}

async function by_keyboard(browser) {
	const { page } = await open(browser, {});
	await page.keyboard.press("Tab");
	say(await page.evaluate(() => document.activeElement.className === "skip"), "the first key leads to the content");
	let reached = false;
	for (let i = 0; i < 12 && !reached; i++) {
		await page.keyboard.press("Tab");
		reached = await page.evaluate(() => document.activeElement.classList.contains("plot"));
	}
	say(reached, "a chart is reached by keyboard");
	await page.keyboard.press("End");
	await new Promise((r) => setTimeout(r, 400));
	const words = await page.evaluate(() => document.querySelector(".readout").textContent);
	say(/UTC: /.test(words), "and read out", words);
	await page.evaluate(() => document.querySelector("#theme").click());
	say(await page.evaluate(() => document.documentElement.dataset.theme) === "dark", "dark is a click away");
	await page.reload();
	say(await page.evaluate(() => document.documentElement.dataset.theme) === "dark", "and remembered");
	await page.evaluate(() => localStorage.clear());
	await page.close();
}

async function keeps_fresh(browser) {
	const { page, faults } = await open(browser, {});
	await page.evaluate(() => {
		const d = document.querySelector("#sources details");
		if (d) {
			d.open = true;
		}
	});
	const before = await page.evaluate(() => document.querySelector("#when").textContent);
	await new Promise((r) => setTimeout(r, 6500));
	const after = await page.evaluate(() => document.querySelector("#when").textContent);
	say(before !== after, "the page keeps itself fresh", before);
	say(await page.evaluate(() => {
		const d = document.querySelector("#sources details");
		return !d || d.open;
	}), "what is open stays open");
	say(faults.length === 0, "without an error", faults.join("\n"));
	await page.close();
}

(async () => {
	const browser = await puppeteer.launch({ executablePath: "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-gpu"] });
	try {
		const octets = await look(browser, {}, "light");
		say(octets < 100000, "the first view takes " + octets + " octets, less than 100 kB");
		await look(browser, { scheme: "dark" }, "dark");
		await look(browser, { width: 320 }, "narrow");
		await look(browser, { script: false }, "noscript");
		await by_keyboard(browser);
		await keeps_fresh(browser);
	} catch (e) {
		say(false, "the browser goes through it", e.stack);
	}
	await browser.close();
})();
