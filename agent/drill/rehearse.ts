import type { AgentSource } from "../../components/model/agent-config.js";
import { rehearseCommand } from "./command.js";
import { rehearseEtcd } from "./etcd.js";
import { rehearseFiles } from "./files.js";
import { rehearseGit } from "./git.js";
import { rehearseKubernetesObjects } from "./kubernetes-objects.js";
import { rehearsePostgres } from "./postgres.js";
import { rehearseRedis } from "./redis.js";
import type { Rehearsal, RehearsalPlan } from "./rehearsal.js";

/** Restores into a scratch place and looks at what is there. */
export type Rehearse = (plan: RehearsalPlan) => Promise<Rehearsal>;

/** How each kind of source is proven; a kind that is not here cannot be drilled by the agent alone. */
export const rehearsals: Readonly<Partial<Record<AgentSource["kind"], Rehearse>>> = {
  postgres: rehearsePostgres,
  redis: rehearseRedis,
  git: rehearseGit,
  files: rehearseFiles,
  etcd: rehearseEtcd,
  command: rehearseCommand,
  "kubernetes-objects": rehearseKubernetesObjects,
};
