import { record } from "./recorder.js";

/** The problems that a program stops with, one line each; none where it does not stop. */
export async function problemsOf(program: () => unknown): Promise<string[]> {
  try {
    await record(program);
    return [];
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
}
