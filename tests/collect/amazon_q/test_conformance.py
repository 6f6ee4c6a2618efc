"""Reports of Amazon Q and Kiro keep what every source must."""

from __future__ import annotations

from trueup.collect.sources.amazon_q.source import SOURCE
from trueup.config import Connection
from trueup.testing.conformance import Case, Conformance

DAY = "2026/09/20/00"
LINES = (
    '"UserId","Date","Chat_AICodeLines","Chat_MessagesSent","Inline_AICodeLines",'
    '"Inline_AcceptanceCount","Inline_SuggestionsCount"\n'
    '"d-90678.aaaa-1","09-20-2026","4","69","49","12","70"\n'
    '"bbbb-2","09-20-2026","","","3","",""\n'
)
USE = (
    "Date,UserId,Client_Type,Chat_Conversations,Credits_Used,Overage_Cap,Overage_Credits_Used,"
    "Overage_Enabled,ProfileId,Subscription_Tier,Total_Messages,New_User,User_Email,"
    "claude_opus_4.8_messages\n"
    "2026-09-20,aaaa-1,KIRO_IDE,3,12.5,100,0,false,pid,PRO,42,true,ada@acme.example,7\n"
    "2026-09-20,bbbb-2,KIRO_CLI,1,0.2,,,false,pid,PRO,5,false,,\n"
)


class TestConformance(Conformance):
    case = Case(
        source=SOURCE,
        connection=Connection(source="amazon_q", targets=("AWSLogs",)),
        files={
            f"AWSLogs/1/QDeveloperLogs/by_user_analytic/us-east-1/{DAY}/1_a.csv": LINES.encode(),
            f"AWSLogs/1/KiroLogs/user_report/us-east-1/{DAY}/KIRO_IDE_1.csv": USE.encode(),
        },
        needed={"lines": ("day",), "use": ("day",)},
    )
