// Colours and tables. Not proven: how they look in a terminal.
import assert from "node:assert/strict";
import { styleFor } from "../../../cli/render/style.js";
import { renderTable } from "../../../cli/render/table.js";

describe("styles", () => {
  it("colour a terminal, unless NO_COLOR or a dumb terminal says no", () => {
    assert.equal(styleFor({ isTTY: true }, {}).red("x"), "\u001b[31mx\u001b[39m");
    assert.equal(styleFor({ isTTY: true }, { NO_COLOR: "" }).red("x"), "\u001b[31mx\u001b[39m");
    assert.equal(styleFor({ isTTY: true }, { NO_COLOR: "1" }).red("x"), "x");
    assert.equal(styleFor({ isTTY: true }, { TERM: "dumb" }).red("x"), "x");
    assert.equal(styleFor({}, {}).red("x"), "x");
  });
});

describe("tables", () => {
  it("have columns as wide as their longest cell and no blanks at the end", () => {
    const lines = renderTable(
      ["A", "LONG"],
      [
        ["cell", "b"],
        ["c", ""],
      ],
      styleFor({}, {}),
    );
    assert.deepEqual(lines, ["A     LONG", "cell  b", "c"]);
  });
});
