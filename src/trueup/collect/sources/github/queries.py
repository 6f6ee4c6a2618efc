"""What is asked by GraphQL; REST paths stand where they are used.

Nodes and fields as of https://docs.github.com/graphql/reference; one page of changes with all
that belongs to them costs ``(1 + 25 x 4 + 25 x 20) / 100`` points of the limit.
"""

from __future__ import annotations

_PAGE = "pageInfo{hasNextPage endCursor}"

_WHO = """
fragment Who on Actor {
  __typename login
  ... on User { databaseId }
  ... on Bot { databaseId }
  ... on Mannequin { databaseId }
  ... on Organization { databaseId }
}
"""

_CHANGE_ITEM_TYPES = (
    "[PULL_REQUEST_COMMIT, ISSUE_COMMENT, READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT,"
    " REVIEW_REQUESTED_EVENT, HEAD_REF_FORCE_PUSHED_EVENT, CLOSED_EVENT, REOPENED_EVENT,"
    " MERGED_EVENT]"
)
_CHANGE_ITEM = """
fragment ChangeItem on PullRequestTimelineItems {
  __typename
  ... on PullRequestCommit { commit {
    oid authoredDate committedDate message parents { totalCount }
    author { name email user { __typename login databaseId } }
    committer { name email }
  } }
  ... on IssueComment { id createdAt body author { ...Who } }
  ... on ReadyForReviewEvent { createdAt actor { ...Who } }
  ... on ConvertToDraftEvent { createdAt actor { ...Who } }
  ... on ReviewRequestedEvent {
    createdAt actor { ...Who } requestedReviewer { __typename ...Who ... on Team { slug } }
  }
  ... on HeadRefForcePushedEvent { createdAt actor { ...Who } }
  ... on ClosedEvent { createdAt actor { ...Who } }
  ... on ReopenedEvent { createdAt actor { ...Who } }
  ... on MergedEvent { createdAt actor { ...Who } }
}
"""
_COMMENT = "id createdAt body author { ...Who }"
_REVIEW = f"""
fragment ReviewFacts on PullRequestReview {{
  id state submittedAt body author {{ ...Who }}
  comments(first: 20) {{ totalCount {_PAGE} nodes {{ {_COMMENT} }} }}
}}
"""
_CHANGE = f"""
fragment Item on PullRequest {{
  id number state isDraft createdAt updatedAt closedAt mergedAt
  additions deletions changedFiles title body headRefName headRefOid
  author {{ ...Who }} mergedBy {{ ...Who }}
  mergeCommit {{ oid messageHeadline parents {{ totalCount }} }}
  labels(first: 50) {{ nodes {{ name }} }}
  closingIssuesReferences(first: 20) {{ nodes {{ number repository {{ nameWithOwner }} }} }}
  commits {{ totalCount }}
  timelineItems(first: 60, itemTypes: {_CHANGE_ITEM_TYPES}) {{ {_PAGE} nodes {{ ...ChangeItem }} }}
  reviews(first: 20) {{ {_PAGE} nodes {{ ...ReviewFacts }} }}
}}
{_CHANGE_ITEM} {_REVIEW} {_WHO}
"""

_ISSUE_ITEM_TYPES = (
    "[CLOSED_EVENT, REOPENED_EVENT, ISSUE_COMMENT, ASSIGNED_EVENT, UNASSIGNED_EVENT,"
    " LABELED_EVENT, UNLABELED_EVENT, RENAMED_TITLE_EVENT, MILESTONED_EVENT,"
    " DEMILESTONED_EVENT, TRANSFERRED_EVENT]"
)
_ISSUE_ITEM = """
fragment IssueItem on IssueTimelineItems {
  __typename
  ... on ClosedEvent { createdAt stateReason actor { ...Who } }
  ... on ReopenedEvent { createdAt actor { ...Who } }
  ... on IssueComment { createdAt author { ...Who } }
  ... on AssignedEvent { createdAt actor { ...Who } }
  ... on UnassignedEvent { createdAt actor { ...Who } }
  ... on LabeledEvent { createdAt actor { ...Who } }
  ... on UnlabeledEvent { createdAt actor { ...Who } }
  ... on RenamedTitleEvent { createdAt actor { ...Who } }
  ... on MilestonedEvent { createdAt actor { ...Who } }
  ... on DemilestonedEvent { createdAt actor { ...Who } }
  ... on TransferredEvent { createdAt actor { ...Who } }
}
"""
NEWER_ISSUE_FIELDS = {
    "issueType": "issueType { name }",
    "parent": "parent { number repository { nameWithOwner } }",
}
"""Fields older servers lack, and what is asked of them where they are known."""

CHANGES, ISSUES = "pullRequests", "issues"
_IN_REPOSITORY = "query($owner: String!, $name: String!, $after: String)"


def about() -> str:
    """Return the query for what a repository is, who owns it, and what is new there."""
    newest = "(first: 1, orderBy: {field: UPDATED_AT, direction: DESC})"
    files = " ".join(
        f'{alias}: object(expression: "HEAD:{path}") {{ ... on Blob {{ text isTruncated }} }}'
        for alias, path in CODEOWNERS.items()
    )
    return f"""query($owner: String!, $name: String!) {{
  repository(owner: $owner, name: $name) {{
    nameWithOwner url createdAt defaultBranchRef {{ name }}
    {CHANGES}{newest} {{ totalCount nodes {{ updatedAt }} }}
    {ISSUES}{newest} {{ totalCount nodes {{ updatedAt }} }}
    {files}
  }}
  issue: __type(name: "Issue") {{ fields {{ name }} }}
}}"""


CODEOWNERS = {
    "ownersHidden": ".github/CODEOWNERS",
    "ownersRoot": "CODEOWNERS",
    "ownersDocs": "docs/CODEOWNERS",
}
"""The places GitHub looks in, first found wins."""


def item(connection: str, issue_fields: tuple[str, ...]) -> str:
    """Return fragment ``Item``: all that is asked of one change or issue."""
    if connection == CHANGES:
        return _CHANGE
    newer = " ".join(NEWER_ISSUE_FIELDS[name] for name in issue_fields)
    return f"""
fragment Item on Issue {{
  id number state stateReason createdAt updatedAt closedAt
  author {{ ...Who }} assignees(first: 1) {{ nodes {{ ...Who }} }}
  labels(first: 50) {{ nodes {{ name }} }} {newer}
  timelineItems(first: 60, itemTypes: {_ISSUE_ITEM_TYPES}) {{ {_PAGE} nodes {{ ...IssueItem }} }}
}}
{_ISSUE_ITEM} {_WHO}
"""


def from_the_first(connection: str, size: int, fragment: str) -> str:
    """Return the query that reads all of a kind, oldest first."""
    order = "orderBy: {field: CREATED_AT, direction: ASC}"
    return f"""{_IN_REPOSITORY} {{ repository(owner: $owner, name: $name) {{
  items: {connection}(first: {size}, after: $after, {order}) {{
    totalCount {_PAGE} nodes {{ ...Item }} }} }} }}
{fragment}"""


def listing(connection: str, *, newest_first: bool) -> str:
    """Return the query that names all of a kind: by last update, or oldest first."""
    field, direction = ("UPDATED_AT", "DESC") if newest_first else ("CREATED_AT", "ASC")
    order = f"orderBy: {{field: {field}, direction: {direction}}}"
    return f"""{_IN_REPOSITORY} {{ repository(owner: $owner, name: $name) {{
  items: {connection}(first: 100, after: $after, {order}) {{
    totalCount {_PAGE} nodes {{ id number updatedAt }} }} }} }}"""


def by_id(fragment: str) -> str:
    """Return the query for items by their ids."""
    return f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ...Item }} }}\n{fragment}"


def further_items(connection: str) -> str:
    """Return the query for more of an item's timeline."""
    kind, fragment, text, types = (
        ("PullRequest", "ChangeItem", _CHANGE_ITEM, _CHANGE_ITEM_TYPES)
        if connection == CHANGES
        else ("Issue", "IssueItem", _ISSUE_ITEM, _ISSUE_ITEM_TYPES)
    )
    return f"""query($id: ID!, $after: String) {{ node(id: $id) {{ ... on {kind} {{
  more: timelineItems(first: 100, after: $after, itemTypes: {types}) {{
    {_PAGE} nodes {{ ...{fragment} }} }} }} }} }}
{text} {_WHO}"""


FURTHER_REVIEWS = f"""query($id: ID!, $after: String) {{ node(id: $id) {{ ... on PullRequest {{
  more: reviews(first: 50, after: $after) {{ {_PAGE} nodes {{ ...ReviewFacts }} }} }} }} }}
{_REVIEW} {_WHO}"""

FURTHER_COMMENTS = f"""query($id: ID!, $after: String) {{ node(id: $id) {{
  ... on PullRequestReview {{
    more: comments(first: 100, after: $after) {{ {_PAGE} nodes {{ {_COMMENT} }} }} }} }} }}
{_WHO}"""

STATUSES = f"""query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Deployment {{
  id statuses(first: 30) {{ {_PAGE} nodes {{ state createdAt logUrl }} }} }} }} }}"""

FURTHER_STATUSES = f"""query($id: ID!, $after: String) {{ node(id: $id) {{ ... on Deployment {{
  more: statuses(first: 100, after: $after) {{ {_PAGE} nodes {{ state createdAt logUrl }} }}
}} }} }}"""

RELEASES = f"""{_IN_REPOSITORY} {{ repository(owner: $owner, name: $name) {{
  releases(first: 100, after: $after, orderBy: {{field: CREATED_AT, direction: ASC}}) {{
    totalCount {_PAGE} nodes {{
      tagName isDraft isPrerelease publishedAt tagCommit {{ oid }}
      releaseAssets {{ totalCount }} }} }} }} }}"""

TEAMS = f"""query($owner: String!, $after: String) {{ organization(login: $owner) {{
  teams(first: 50, after: $after) {{ totalCount {_PAGE} nodes {{
    id slug name parentTeam {{ slug }}
    members(first: 100, membership: IMMEDIATE) {{
      {_PAGE} nodes {{ __typename login databaseId }} }} }} }} }} }}"""

FURTHER_MEMBERS = f"""query($id: ID!, $after: String) {{ node(id: $id) {{ ... on Team {{
  more: members(first: 100, after: $after, membership: IMMEDIATE) {{
    {_PAGE} nodes {{ __typename login databaseId }} }} }} }} }}"""
