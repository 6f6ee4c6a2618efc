"""The cellar: keeps rows and identities apart, publishes whole collections, never half of one."""
