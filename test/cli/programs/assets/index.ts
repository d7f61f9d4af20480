import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const bucket = new aws.s3.Bucket("files");
new aws.s3.BucketObject("file", { bucket: bucket.id, source: new pulumi.asset.FileAsset("files/hello.txt") });
new aws.s3.BucketObject("text", { bucket: bucket.id, source: new pulumi.asset.StringAsset("written here") });
new aws.s3.BucketObject("folder", { bucket: bucket.id, source: new pulumi.asset.FileArchive("files") });
new aws.s3.BucketObject("several", {
  bucket: bucket.id,
  source: new pulumi.asset.AssetArchive({
    "one.txt": new pulumi.asset.StringAsset("one"),
    "more/": new pulumi.asset.FileArchive("files"),
  }),
});
