import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { BucketReplication } from "./backup-bucket-args.js";
import { partitionOf, serviceRole } from "./service-role.js";

/** The bucket whose objects are copied. */
export interface ReplicationSource {
  /** Name of the bucket. */
  readonly bucket: pulumi.Input<string>;
  /** ARN of the bucket. */
  readonly arn: pulumi.Input<string>;
  /** Region of the bucket; `undefined` where only the provider knows it. */
  readonly region: string | undefined;
  /** Account of the bucket as its location has it. */
  readonly account: string | undefined;
  /** ARN of the key that encrypts it. */
  readonly kmsKeyArn?: pulumi.Input<string>;
}

/**
 * Copies everything that is written into other buckets. What hides or deletes an object here is not copied, so that a
 * copy outlives its original.
 */
export function replicate(
  name: string,
  source: ReplicationSource,
  replicas: readonly BucketReplication[],
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
  ready: readonly pulumi.Resource[],
): s3.BucketReplicationConfig {
  const role = serviceRole(
    `${name}-replication`,
    { trust: "s3.amazonaws.com", managed: {}, statements: roleStatements(source, replicas), tags },
    partitionOf(source.region),
    options,
  );
  const targets = replicas.flatMap(({ to }) => (pulumi.Resource.isInstance(to) ? [to] : []));
  return new s3.BucketReplicationConfig(
    `${name}-replication`,
    {
      bucket: source.bucket,
      region: source.region,
      role: role.arn,
      rules: replicas.map((replica, index) => rule(source, replica, index)),
    },
    { ...options, deleteBeforeReplace: true, dependsOn: [...ready, ...role.ready, ...targets] },
  );
}

function rule(source: ReplicationSource, { to, storageClass, timeControl }: BucketReplication, index: number) {
  const { account } = to.declaration.location;
  const foreign = account !== undefined && account !== source.account;
  const within = timeControl === true ? { minutes: 15 } : undefined;
  return {
    id: `everything-${index + 1}`,
    priority: index + 1,
    status: "Enabled",
    filter: { prefix: "" },
    deleteMarkerReplication: { status: "Disabled" },
    sourceSelectionCriteria:
      source.kmsKeyArn === undefined ? undefined : { sseKmsEncryptedObjects: { status: "Enabled" } },
    destination: {
      bucket: to.arn,
      storageClass,
      account: foreign ? account : undefined,
      accessControlTranslation: foreign ? { owner: "Destination" } : undefined,
      encryptionConfiguration:
        source.kmsKeyArn === undefined || to.kmsKeyArn === undefined ? undefined : { replicaKmsKeyId: to.kmsKeyArn },
      replicationTime: within && { status: "Enabled", time: within },
      metrics: within && { status: "Enabled", eventThreshold: within },
    },
  };
}

function roleStatements(source: ReplicationSource, replicas: readonly BucketReplication[]): object[] {
  const keys = replicas.flatMap(({ to }) => (to.kmsKeyArn === undefined ? [] : [to.kmsKeyArn]));
  return [
    { Effect: "Allow", Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"], Resource: source.arn },
    {
      Effect: "Allow",
      Action: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      Resource: pulumi.interpolate`${source.arn}/*`,
    },
    {
      Effect: "Allow",
      // Not s3:ReplicateDelete: a copy outlives its original.
      Action: ["s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"],
      Resource: replicas.map(({ to }) => pulumi.interpolate`${to.arn}/*`),
    },
    ...(source.kmsKeyArn === undefined ? [] : [{ Effect: "Allow", Action: "kms:Decrypt", Resource: source.kmsKeyArn }]),
    ...(keys.length === 0 ? [] : [{ Effect: "Allow", Action: "kms:Encrypt", Resource: keys }]),
  ];
}
