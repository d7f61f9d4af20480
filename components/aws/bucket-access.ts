import * as pulumi from "@pulumi/pulumi";
import type { RoleTrust } from "./backup-bucket-args.js";

/** What the statements of a bucket's roles name. */
export interface AccessTarget {
  /** ARN of the bucket. */
  readonly arn: pulumi.Output<string>;
  /** First part of every object name, without the closing slash; empty for all. */
  readonly prefix: string;
  /** ARN of the key that encrypts the bucket. */
  readonly kmsKeyArn?: pulumi.Input<string>;
}

/** Statements of a role's trust policy, one for each way in. */
export function trustStatements(trust: RoleTrust): object[] {
  const { principalArns = [], serviceAccounts, podIdentityClusterArns = [] } = trust;
  return [
    ...(principalArns.length === 0 ? [] : [{ Effect: "Allow", Principal: { AWS: principalArns }, ...assume }]),
    ...(serviceAccounts === undefined ? [] : [serviceAccountStatement(serviceAccounts)]),
    ...(podIdentityClusterArns.length === 0
      ? []
      : [
          {
            Effect: "Allow",
            Principal: { Service: "pods.eks.amazonaws.com" },
            Action: ["sts:AssumeRole", "sts:TagSession"],
            Condition: { ArnEquals: { "aws:SourceArn": podIdentityClusterArns } },
          },
        ]),
  ];
}

const assume = { Action: "sts:AssumeRole" };

/** The condition's keys carry the issuer, which the provider's ARN ends in. */
function serviceAccountStatement({ providerArn, names }: NonNullable<RoleTrust["serviceAccounts"]>): object {
  const issuer = pulumi.output(providerArn).apply((arn) => arn.split(":oidc-provider/")[1] ?? "");
  const subjects = names.map((name) => `system:serviceaccount:${name.replace("/", ":")}`);
  return {
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: issuer.apply((host) => ({ [`${host}:sub`]: subjects, [`${host}:aud`]: "sts.amazonaws.com" })),
    },
  };
}

/**
 * Adds artefacts with their lock and tag, and reads manifests, which a backup continues and a check begins with. That an
 * object is never overwritten is versioning's and Object Lock's part.
 */
export function writerStatements(target: AccessTarget): object[] {
  const objects = objectsOf(target);
  return [
    {
      Effect: "Allow",
      Action: [
        "s3:PutObject",
        "s3:PutObjectRetention",
        "s3:PutObjectTagging",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
      Resource: objects,
    },
    listStatement(target),
    {
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: [pulumi.interpolate`${objects}.json`, pulumi.interpolate`${objects}.minisig`],
    },
    ...keyStatement(target, ["kms:GenerateDataKey", "kms:Decrypt"]),
    {
      Effect: "Deny",
      Action: [
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:BypassGovernanceRetention",
        "s3:PutObjectLegalHold",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutBucketVersioning",
        "s3:PutBucketPolicy",
        "s3:DeleteBucketPolicy",
      ],
      Resource: [target.arn, pulumi.interpolate`${target.arn}/*`],
    },
  ];
}

/** Reads artefacts, their versions and locks. */
export function readerStatements(target: AccessTarget): object[] {
  return [
    {
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention", "s3:GetObjectTagging"],
      Resource: objectsOf(target),
    },
    listStatement(target),
    ...keyStatement(target, ["kms:Decrypt"]),
  ];
}

function objectsOf({ arn, prefix }: AccessTarget): pulumi.Output<string> {
  return prefix === "" ? pulumi.interpolate`${arn}/*` : pulumi.interpolate`${arn}/${prefix}/*`;
}

function listStatement({ arn, prefix }: AccessTarget): object {
  return {
    Effect: "Allow",
    Action: ["s3:ListBucket", "s3:ListBucketVersions"],
    Resource: arn,
    ...(prefix === "" ? {} : { Condition: { StringLike: { "s3:prefix": [`${prefix}/*`] } } }),
  };
}

/** Reading a key's data back is part of writing: S3 decrypts the parts of an upload to join them. */
function keyStatement({ kmsKeyArn }: AccessTarget, actions: readonly string[]): object[] {
  return kmsKeyArn === undefined ? [] : [{ Effect: "Allow", Action: actions, Resource: kmsKeyArn }];
}
