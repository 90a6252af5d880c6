// Sets the formulas of the book's pages: node formulas.cjs FOLDER_OF_KATEX PAGE…
// A formula that cannot be set ends it.
const fs = require("fs");
const path = require("path");
const katex = require(path.resolve(process.argv[2]));

const FORMULA = /<(span|div) class="formula">([^<]*)<\/\1>/g;
const SIGNS = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'", "&amp;": "&" };

let count = 0;
for (const page of process.argv.slice(3)) {
  const before = fs.readFileSync(page, "utf8");
  const after = before.replace(FORMULA, (_, tag, escaped) => {
    const tex = escaped.replace(/&(?:lt|gt|quot|#x27|amp);/g, (sign) => SIGNS[sign]);
    count += 1;
    try {
      const set = katex.renderToString(tex, { displayMode: tag === "div", strict: "error" });
      return `<${tag} class="formula">${set}</${tag}>`;
    } catch (error) {
      console.error(`${page}: ${error.message}`);
      process.exit(1);
    }
  });
  if (after !== before) fs.writeFileSync(page, after);
}
console.log(`${count} formulas set`);
