import assert from "node:assert/strict";
import type { AgentConfig } from "../../../components/index.js";
import type { Registration } from "../../support/recorder.js";
import type { restrictedViolations } from "../../support/restricted.js";

/** The parts of a CronJob that tests look at. */
export interface CronJobSpec {
  readonly schedule: string;
  readonly suspend: boolean;
  readonly jobTemplate: {
    readonly metadata: { readonly labels: Record<string, string> };
    readonly spec: {
      readonly backoffLimit: number;
      readonly activeDeadlineSeconds: number;
      readonly podFailurePolicy: {
        readonly rules: readonly { readonly onExitCodes?: { readonly values: number[] } }[];
      };
      readonly template: { readonly metadata: { readonly labels: Record<string, string> }; readonly spec: Pod };
    };
  };
}

/** The parts of a pod that tests look at. */
export type Pod = Omit<Judged, "containers" | "initContainers"> & {
  readonly automountServiceAccountToken: boolean;
  readonly serviceAccountName: string;
  readonly affinity?: unknown;
  readonly hostNetwork?: boolean;
  readonly dnsPolicy?: string;
  readonly nodeSelector?: Record<string, string>;
  readonly tolerations?: readonly unknown[];
  readonly securityContext: { readonly runAsUser: number; readonly runAsNonRoot: boolean };
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly (Record<string, unknown> & { readonly name: string })[];
};

type Judged = Parameters<typeof restrictedViolations>[0];

type Container = Judged["containers"][number] & {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly resources?: unknown;
};

/** The one CronJob, or the one of that name. */
export function cronJobOf(all: readonly Registration[], name?: string): CronJobSpec {
  const found = all.filter(
    (registration) =>
      registration.type === "kubernetes:batch/v1:CronJob" && (name === undefined || registration.name === name),
  );
  assert.equal(found.length, 1, all.map((entry) => `${entry.type} ${entry.name}`).join(", "));
  return found[0]!.inputs["spec"] as CronJobSpec;
}

/** The pod of a CronJob. */
export const podOf = (spec: CronJobSpec): Pod => spec.jobTemplate.spec.template.spec;

/** The text of the agent's configuration, as the API server gets it. */
export const configTextOf = (pod: Pod): string =>
  pod.containers[0]!.env!.find(({ name }) => name === "BACKUP_TIERS_CONFIG")!.value!;

/** The agent's configuration, as the agent reads it. */
export const configOf = (pod: Pod): AgentConfig =>
  JSON.parse(configTextOf(pod).replaceAll("$$", () => "$")) as AgentConfig;

/** Ports that a component's NetworkPolicy opens for TCP beside DNS. */
export function egressOf(all: readonly Registration[], component: string): number[] {
  const name = `${component}-network`;
  const policy = all.find((one) => one.type.endsWith(":NetworkPolicy") && one.name === name)!.inputs["spec"] as {
    egress: { to?: unknown; ports: { protocol: string; port: number }[] }[];
  };
  const anywhere = policy.egress.filter(({ to }) => to === undefined);
  return anywhere.slice(1).flatMap(({ ports }) => ports.map(({ port }) => port));
}
