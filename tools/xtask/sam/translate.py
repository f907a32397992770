"""Prints template.yaml as SAM hands it to CloudFormation. Nothing is sent anywhere."""

import json
import sys

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        # A folder is uploaded before SAM translates.
        resource["Properties"]["CodeUri"] = "s3://bucket/key"
# No policy is named by its short name, so that there is none to look up.
translated = Translator({}, Parser()).translate(template, {})
json.dump(translated, sys.stdout, indent=1)
