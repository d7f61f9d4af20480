import * as pulumi from "@pulumi/pulumi";

/** One registration as the engine would receive it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly inputs: Record<string, unknown>;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** How many former identities it was given. */
  readonly aliases: number;
  readonly provider: string;
  /** Id of what it takes over; empty for what is made. */
  readonly importId: string;
  readonly ignoreChanges: readonly string[];
  readonly dependencies: readonly string[];
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getAliasesList(): unknown[];
  getAliasurnsList(): unknown[];
  getProvider(): string;
  getImportid(): string;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

type Register = (request: RegisterRequest, callback: unknown) => unknown;

/**
 * Runs a program under Pulumi's mocks and returns every registration with the options that mocks hide. Mocks are
 * process-wide: one recording at a time.
 */
export async function record(program: () => unknown, stack = "test", project = "project"): Promise<Registration[]> {
  const registrations: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => ({ id: `${args.name}-id`, state: { ...args.inputs } as Record<string, unknown> }),
      call: (args) => args.inputs as Record<string, unknown>,
    },
    project,
    stack,
    false,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    registrations.push({
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent(),
      inputs: request.getObject()?.toJavaScript() ?? {},
      protect: request.getProtect(),
      retainOnDelete: request.getRetainondelete(),
      aliases: request.getAliasesList().length + request.getAliasurnsList().length,
      provider: request.getProvider(),
      importId: request.getImportid(),
      ignoreChanges: request.getIgnorechangesList(),
      dependencies: request.getDependenciesList(),
    });
    return register(request, callback);
  };
  await program();
  await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
  return registrations;
}
