"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
const random = require("@pulumi/random");
exports.id = new random.RandomPet("pet").id;
exports.here = process.cwd().split(/[\\/]/).pop();
