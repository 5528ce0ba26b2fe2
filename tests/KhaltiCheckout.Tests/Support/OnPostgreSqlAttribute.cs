using System.Runtime.CompilerServices;

namespace KhaltiCheckout.Tests.Support;

/// <summary>For what only PostgreSQL has. Its tests carry the trait <c>Database=PostgreSql</c>, so that a run without a server
/// can leave them out instead of skipping them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OnPostgreSqlAttribute : FactAttribute
{
    public OnPostgreSqlAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = TestDatabase.IsPostgreSql ? null : "Needs a PostgreSQL: tests/postgresql starts one.";
}
