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

// Files that it writes and looks at get the same clock, or one of a file server that differs by so much.
const files = require("node:fs/promises");
// Files that end in UNREADABLE lie on a broken disk.
function failUnreadable(path) {
  const { UNREADABLE } = process.env;
  if (UNREADABLE && String(path).endsWith(UNREADABLE)) throw Object.assign(new Error("i/o error"), { code: "EIO" });
}
const realReadFile = files.readFile;
files.readFile = async (...args) => {
  failUnreadable(args[0]);
  return realReadFile(...args);
};
const callbacks = require("node:fs");
const realCallbackReadFile = callbacks.readFile;
callbacks.readFile = (path, ...rest) => {
  try {
    failUnreadable(path);
  } catch (error) {
    process.nextTick(rest.at(-1), error);
    return;
  }
  realCallbackReadFile(path, ...rest);
};
const realOpen = files.open;
files.open = async (...args) => {
  failUnreadable(args[0]);
  const handle = await realOpen(...args);
  const realStat = handle.stat.bind(handle);
  handle.stat = async () => {
    const status = await realStat();
    status.mtimeMs += shift + Number(process.env.FILE_SERVER_SHIFT_SECONDS ?? 0) * 1000;
    return status;
  };
  return handle;
};

// It is killed when it wants to remove one file more than KILL_AT_REMOVAL.
let removals = 0;
const realUnlink = files.unlink;
files.unlink = (path) => {
  if (String(removals++) === process.env.KILL_AT_REMOVAL) process.kill(process.pid, "SIGKILL");
  return realUnlink(path);
};

// And it tells the most memory that it held, in kilobytes.
if (process.env.MEMORY_REPORT !== undefined) {
  process.on("exit", () => {
    require("node:fs").writeFileSync(process.env.MEMORY_REPORT, String(process.resourceUsage().maxRSS));
  });
}
