"use strict";
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

const pet = new random.RandomPet("pet", { length: 2 });
module.exports = { name: pet.id, greeting: pulumi.interpolate`hello ${pet.id}`, stack: pulumi.getStack() };
