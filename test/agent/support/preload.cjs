// Loaded before the agent: its clock goes wrong by CLOCK_SHIFT_SECONDS, so that tests need not wait.
const shift = Number(process.env.CLOCK_SHIFT_SECONDS) * 1000;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shift);
    else super(...args);
  }
  static now() {
    return RealDate.now() + shift;
  }
};

// And it tells the most memory that it held, in kilobytes.
if (process.env.MEMORY_REPORT !== undefined) {
  process.on("exit", () => {
    require("node:fs").writeFileSync(process.env.MEMORY_REPORT, String(process.resourceUsage().maxRSS));
  });
}
