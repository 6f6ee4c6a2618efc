"""What sources of forges share: options, owners of folders, what words of a change say."""
