/** What the launcher is told, as one line of JSON. */
export interface LaunchOrder {
  /** Arguments of the SDK's launcher. */
  readonly arguments: readonly string[];
  /** Configuration keys whose values could not be decrypted. */
  readonly undecryptedKeys: readonly string[];
}

/** What the launcher reports, one line of JSON each. */
export interface ProgramReport {
  readonly event: "exit";
  readonly code: string;
  /** Function, file and line of the call. */
  readonly caller: string;
}
