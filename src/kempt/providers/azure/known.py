"""Tasks of Azure Pipelines that neither install Python packages nor cache them."""

from __future__ import annotations

HARMLESS = frozenset({
    "advancedsecurity-codeql-analyze", "advancedsecurity-codeql-init", "advancedsecurity-dependency-scanning",
    "advancedsecurity-publish", "archivefiles", "azureappservicesettings", "azurefilecopy", "azurefunctionapp",
    "azurefunctionappcontainer", "azurekeyvault", "azurermwebappdeployment", "azurewebapp", "azurewebappcontainer",
    "cmake", "codeql3000finalize", "codeql3000init", "codesignvalidation", "componentgovernancecomponentdetection",
    "containerstructuretest", "copyfiles", "copypublishbuildartifacts", "credscan", "curluploader", "delay",
    "deletefiles", "docker", "dockercompose", "dockerinstaller", "dotnetcorecli", "downloadbuildartifacts",
    "downloadgithubrelease", "downloadpackage", "downloadpipelineartifact", "downloadsecurefile", "esrpcodesigning",
    "extractfiles", "githubcomment", "githubrelease", "go", "gotool", "gradle", "gulp", "helmdeploy", "helminstaller",
    "installsshkey", "invokerestapi", "javatoolinstaller", "kubectlinstaller", "kubernetes", "kubernetesmanifest",
    "manifestgeneratortask", "manualvalidation", "maven", "mavenauthenticate", "msbuild", "nodetool", "npm",
    "npmauthenticate", "nuget", "nugetauthenticate", "nugetcommand", "nugettoolinstaller", "pipauthenticate",
    "powershell", "publishbuildartifacts", "publishcodecoverageresults", "publishpipelineartifact",
    "publishpipelinemetadata", "publishsymbols", "publishtestresults", "replacetokens", "reportgenerator",
    "sonarcloudanalyze", "sonarcloudprepare", "sonarcloudpublish", "sonarqubeanalyze", "sonarqubeprepare",
    "sonarqubepublish", "sqlazuredacpacdeployment", "terraformcli", "terraforminstaller", "terraformtask",
    "twineauthenticate", "usedotnet", "usegitversion", "usenode", "usepythonversion", "userubyversion", "vsbuild",
    "vstest", "windowspowershell", "xcode",
})  # fmt: skip
"""Their names without version and extension. What PowerShell runs is not read, here as elsewhere."""


def name_of(task: str) -> str:
    """The name of a task, `UsePythonVersion@0`, without its version and extension, in lower case."""
    return task.partition("@")[0].rpartition(".")[2].lower()


def is_harmless(task: str) -> bool:
    """Whether a task is one of them."""
    return name_of(task) in HARMLESS
