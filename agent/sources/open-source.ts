import type { AgentConfig } from "../../components/model/agent-config.js";
import { configurationFailure } from "../failure.js";
import { openCommand } from "./command.js";
import { openEtcd } from "./etcd.js";
import { openFiles } from "./files.js";
import { openGit } from "./git.js";
import { openKubernetesObjects } from "./kubernetes-objects.js";
import { openPostgres } from "./postgres.js";
import { openRedis } from "./redis.js";
import type { OpenSource } from "./source.js";

/** Opens the source of a configuration. */
export function openSource({ source, recipients }: AgentConfig): Promise<OpenSource> {
  switch (source.kind) {
    case "postgres":
      return openPostgres(source);
    case "kubernetes-objects":
      return openKubernetesObjects(source, recipients);
    case "redis":
      return openRedis(source);
    case "git":
      return openGit(source);
    case "files":
      return openFiles(source);
    case "command":
      return openCommand(source);
    case "etcd":
      return openEtcd(source);
    case "volume-snapshots":
      throw configurationFailure([
        "source.kind must be one that has data of its own for backup (the agent), got volume-snapshots; run the command snapshot",
      ]);
    case "pgbackrest":
      throw configurationFailure([
        "source.kind must be one that has data of its own for backup (the agent), got pgbackrest; run pgbackrest backup",
      ]);
  }
}
