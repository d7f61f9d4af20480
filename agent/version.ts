/** Put in by the bundler. */
declare const AGENT_VERSION: string | undefined;

/** Version of the agent; `development` when run from its sources. */
export const agentVersion: string = typeof AGENT_VERSION === "undefined" ? "development" : AGENT_VERSION;
