import { setTimeout as delay } from "node:timers/promises";
import { programPath } from "../../support/programs.js";
import { apply, create, kubectl } from "./cluster.js";

const name = "test-clock-is-stopped";
const kind = "ValidatingAdmissionPolicy";
const apiVersion = "admissionregistration.k8s.io/v1";
const controller = "system:serviceaccount:kube-system:cronjob-controller";
/** Between two looks whether the policy is in force. */
const pauseMilliseconds = 100;
const longestMilliseconds = 60_000;

/**
 * Lets no CronJob of the cluster start by the clock while the tests run: each starts its Jobs itself, so that nothing
 * depends on the hour in which the tests run. The schedules of the CronJobs stay as the components made them.
 */
export async function mochaGlobalSetup(): Promise<void> {
  if (programPath("kubectl") === undefined) return;
  await apply(
    {
      apiVersion,
      kind,
      metadata: { name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [{ apiGroups: ["batch"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["jobs"] }],
        },
        validations: [{ expression: `request.userInfo.username != "${controller}"`, message: "the clock is stopped" }],
      },
    },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  );
  // The API server enforces a policy some time after it was made.
  const deadline = performance.now() + longestMilliseconds;
  while (!(await refused())) {
    if (performance.now() > deadline) throw new Error(`the API server does not enforce the ${kind} ${name}`);
    await delay(pauseMilliseconds);
  }
}

export async function mochaGlobalTeardown(): Promise<void> {
  if (programPath("kubectl") === undefined) return;
  await kubectl("delete", `${kind},${kind}Binding`, name, "--ignore-not-found");
}

async function refused(): Promise<boolean> {
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name, image: name }] } } },
  };
  try {
    await create(job, "--namespace=default", "--dry-run=server", `--as=${controller}`);
    return false;
  } catch (error) {
    if (String((error as { stderr?: string }).stderr).includes("the clock is stopped")) return true;
    throw error;
  }
}
