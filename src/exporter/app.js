// SPDX-License-Identifier: BSD-2-Clause
// Keeps the page fresh, reads the charts out, and remembers dark or light. The page is whole without.
"use strict";
(() => {
	const every = 5000;
	const find = (selector, from = document) => from.querySelector(selector);
	let columns = null;

	// --- dark and light ---
	const theme = find("#theme");
	const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;
	const shown = () => document.documentElement.dataset.theme || (dark() ? "dark" : "light");
	try {
		const kept = localStorage.getItem("theme");
		if (kept === "dark" || kept === "light") {
			document.documentElement.dataset.theme = kept;
		}
	} catch (e) { /* no storage: as the system has it */ }
	theme.hidden = false;
	theme.addEventListener("click", () => {
		const next = shown() === "dark" ? "light" : "dark";
		document.documentElement.dataset.theme = next;
		try {
			localStorage.setItem("theme", next);
		} catch (e) { /* for this page only */ }
	});

	// --- reading a chart ---
	const units = { offset: seconds, frequency: (x) => x.toFixed(3) + " ppm",
		serving: (x) => x.toPrecision(3) + "/s" };
	function seconds(x) {
		const size = Math.abs(x);
		const [scale, unit] = size >= 1 ? [1, "s"] : size >= 1e-3 ? [1e3, "ms"] :
			size >= 1e-6 ? [1e6, "us"] : [1e9, "ns"];
		return (x * scale).toPrecision(3) + " " + unit;
	}
	function read(plot, i) {
		const id = plot.dataset.chart;
		const out = find(".readout", plot.parentElement);
		const cursor = find("path.cursor", plot);
		if (!columns || i < 0 || i >= columns.columns.length) {
			return;
		}
		const c = columns.columns[i];
		const n = columns.columns.length;
		const at = new Date((columns.end_s - columns.span_s + columns.span_s * (i + 0.5) / n) * 1000);
		let words = at.toISOString().slice(0, 19).replace("T", " ") + " UTC: ";
		words += c[id] === null ? "unknown" : units[id](c[id]);
		if (id === "offset" && c.distance !== null) {
			words += ", within " + seconds(c.distance);
		}
		if (id === "serving" && c.refused !== null) {
			words += " answered, " + units.serving(c.refused) + " not";
		}
		out.textContent = words;
		cursor.setAttribute("d", "M" + ((i + 0.5) * 1000 / n) + " 0V300");
		plot.dataset.at = i;
		plot.setAttribute("aria-label", words);
	}
	async function load() {
		if (!columns) {
			columns = await (await fetch("/api/history" + location.search)).json();
		}
	}
	const plotOf = (e) => e.target.closest && e.target.closest(".plot");
	document.addEventListener("pointermove", async (e) => {
		const plot = plotOf(e);
		if (!plot) {
			return;
		}
		await load();
		const box = find("svg", plot).getBoundingClientRect();
		read(plot, Math.floor((e.clientX - box.left) / box.width * columns.columns.length));
	});
	document.addEventListener("keydown", async (e) => {
		const plot = plotOf(e);
		const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -1e6, End: 1e6 };
		if (!plot || !(e.key in steps)) {
			return;
		}
		e.preventDefault();
		await load();
		const last = columns.columns.length - 1;
		const from = plot.dataset.at === undefined ? last + 1 : Number(plot.dataset.at);
		read(plot, Math.min(last, Math.max(0, from + steps[e.key])));
	});

	// --- keeping it fresh ---
	function gone(is) {
		const note = find("#gone");
		if (is && !note) {
			const p = document.createElement("p");
			p.id = "gone";
			p.setAttribute("role", "alert");
			p.textContent = "ntp-exporter does not answer: what is shown is old. It is asked again.";
			find("#main").prepend(p);
		} else if (!is && note) {
			note.remove();
		}
	}
	// What is open or in use stays as it is.
	function replace(now, next) {
		if (now.contains(document.activeElement) || now.matches(":hover") && find(".plot", now)) {
			return;
		}
		for (const d of now.querySelectorAll("details[open]")) {
			const same = d.id && next.querySelector("#" + CSS.escape(d.id));
			if (same) {
				same.open = true;
			}
		}
		now.replaceWith(next);
	}
	async function refresh() {
		if (document.hidden) {
			return;
		}
		try {
			const answer = await fetch(location.pathname + location.search);
			const next = new DOMParser().parseFromString(await answer.text(), "text/html");
			gone(false);
			document.title = next.title;
			find("link[rel=icon]").href = find("link[rel=icon]", next).getAttribute("href");
			const line = find("#headline");
			const fresh = find("#headline", next);
			if (line.textContent !== fresh.textContent || line.className !== fresh.className) {
				line.className = fresh.className;
				line.replaceChildren(...fresh.childNodes);
			}
			find("#when").firstChild.data = find("#when", next).firstChild.data;
			const main = find("#main");
			const wanted = [...find("#main", next).children];
			for (const old of [...main.children]) {
				if (!wanted.some((s) => s.id === old.id)) {
					old.remove();
				}
			}
			wanted.forEach((section, i) => {
				const old = document.getElementById(section.id);
				if (old) {
					replace(old, section);
				} else {
					main.insertBefore(section, main.children[i] || null);
				}
			});
			columns = null;
		} catch (e) {
			gone(true);
		}
	}
	// The browser's clock beside the host's: the way there and back is the bound.
	async function compare() {
		try {
			const begin = Date.now();
			const state = await (await fetch("/api/status")).json();
			const end = Date.now();
			const off = (begin + end) / 2 - state.time_ms;
			find("#browser").textContent = "The clock of this browser is " +
				(off > 0 ? "+" : "") + Math.round(off) + " ms from this host's, give or take " +
				Math.max(1, Math.ceil((end - begin) / 2)) + " ms.";
		} catch (e) { /* refresh says it */ }
	}
	setInterval(refresh, every);
	compare();
	setInterval(() => document.hidden || compare(), 60000);
	document.addEventListener("visibilitychange", refresh);
})();
