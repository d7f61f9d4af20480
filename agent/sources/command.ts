import { hostname } from "node:os";
import type { CommandSource } from "../../components/model/agent-config.js";
import { Child } from "../child.js";
import { proxyVariables } from "../proxy.js";
import { programStream } from "./program-stream.js";
import { readSecret } from "./secret-file.js";
import type { OpenSource } from "./source.js";

/** Takes what a program prints; it counts only when the program ends with exit code 0. */
export async function openCommand(source: CommandSource): Promise<OpenSource> {
  const [program = "", ...args] = source.command;
  const variables: Record<string, string> = { ...proxyVariables() };
  for (const [name, file] of Object.entries(source.secretFiles ?? {})) {
    variables[name] = await readSecret(`source.secretFiles.${name}`, file);
  }
  return {
    time: new Date(),
    parts: [
      {
        name: "output",
        extension: source.extension ?? "data",
        beginsWith: source.beginsWith ?? "",
        open: () => programStream(new Child(program, args, variables)),
      },
    ],
    facts: () =>
      Promise.resolve({
        source: {
          kind: "command",
          host: hostname(),
          database: null,
          clientVersion: program,
          serverVersion: "unknown",
          omitted: [],
        },
        rowCounts: {},
      }),
    close: () => {
      // The program ends with its stream; there is nothing else to let go.
    },
  };
}
