using KhaltiCheckout.Http;
using KhaltiCheckout.Shared;

namespace KhaltiCheckout.Access;

/// <summary>What the API's document shows of the routes of <see cref="AccessFeature"/>.</summary>
internal static class AccessExamples
{
    private const string Session = """{"name":"Till 2","scopes":["read","refund"],"expiresAt":"2026-11-21T16:15:00.000Z"}""";

    internal static readonly RouteExample SignIn = new()
    {
        Request = """{"key":"kck_4q7mzt2v9x0c_…"}""",
        Answers = { [200] = ("Signed in; the cookie is in the answer's headers.", Session) },
    };

    internal static readonly RouteExample ShowSession = new() { Answers = { [200] = ("Whose key it is, and what it may do.", Session) } };

    internal static readonly RouteExample SignOut = new() { Answers = { [204] = ("Signed out.", null) } };

    internal static readonly RouteExample ListSessions = new()
    {
        Answers =
        {
            [200] = (
                "The sign-ins that last.",
                $$"""
                {"data":[{"id":"{{ExampleIds.Session}}","keyName":"Till 2","address":"192.0.2.7","createdAt":"2026-11-21T04:15:00.000Z",
                  "expiresAt":"2026-11-21T16:15:00.000Z","isCurrent":true}]}
                """),
        },
    };

    internal static readonly RouteExample EndSession = new()
    {
        Id = new("The sign-in's id, as it stands in the list.", ExampleIds.Session),
        Answers = { [204] = ("The sign-in is over.", null) },
    };

    internal static readonly RouteExample ListKeys =
        new() { Answers = { [200] = ("Every key.", $$"""{"data":[{{Key(revoked: false)}}]}""") } };

    // A key has no address of its own.
    internal static readonly RouteExample CreateKey = new()
    {
        Request = """{"name":"Till 2","scopes":["read","refund"]}""",
        Answers = { [201] = ("The key. It is not shown again.", Key(revoked: false)[..^1] + ",\"key\":\"kck_4q7mzt2v9x0c_…\"}") },
        Codes = { [409] = ["name_taken"] },
        WithoutHeader = 201,
    };

    internal static readonly RouteExample RevokeKey = new()
    {
        Id = new("The key's id.", ExampleIds.Key),
        Answers = { [200] = ("The key, now revoked.", Key(revoked: true)) },
    };

    private static string Key(bool revoked) => $$"""
        {"id":"{{ExampleIds.Key}}","name":"Till 2","scopes":["read","refund"],"hint":"kck_4q7mzt2v9x0c",
         "createdAt":"2026-11-21T04:15:00.000Z","createdBy":"settings key 1","lastUsedAt":null,
         "revokedAt":{{(revoked ? "\"2026-11-21T05:15:00.000Z\"" : "null")}},"revokedBy":{{(revoked ? "\"settings key 1\"" : "null")}}}
        """;
}
