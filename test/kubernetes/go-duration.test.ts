// How Go writes durations. Does not prove that an operator writes its objects back in this form.
import assert from "node:assert/strict";
import { goDuration } from "../../components/shared/go-duration.js";

describe("durations as Go writes them", () => {
  for (const [seconds, text] of [
    [0, "0s"],
    [59, "59s"],
    [300, "5m0s"],
    [3_600, "1h0m0s"],
    [5_430, "1h30m30s"],
    [604_800, "168h0m0s"],
  ] as const)
    it(text, () => {
      assert.equal(goDuration(seconds), text);
    });
});
