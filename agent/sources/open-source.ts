import type { AgentConfig } from "../../components/model/agent-config.js";
import { openKubernetesObjects } from "./kubernetes-objects.js";
import { openPostgres } from "./postgres.js";
import type { OpenSource } from "./source.js";

/** Opens the source of a configuration. */
export function openSource(config: AgentConfig): Promise<OpenSource> {
  const { source } = config;
  return source.kind === "postgres" ? openPostgres(source) : openKubernetesObjects(source, config.recipients);
}
