using System.ComponentModel.DataAnnotations;

namespace KhaltiCheckout.Storage;

public sealed class DatabaseOptions
{
    public const string Section = "Database";

    internal const string Sqlite = "Sqlite";
    internal const string PostgreSql = "PostgreSql";

    /// <summary><c>Sqlite</c> or <c>PostgreSql</c>, in small or capital letters.</summary>
    public string Provider { get; set; } = Sqlite;

    /// <summary>SQLite: a relative path is meant from the content root, where <c>appsettings.json</c> is.</summary>
    [Required]
    public string ConnectionString { get; set; } = "Data Source=data/checkout.db";

    internal bool IsPostgreSql => Is(PostgreSql);

    internal bool IsKnown => Is(Sqlite) || IsPostgreSql;

    private bool Is(string provider) => string.Equals(Provider, provider, StringComparison.OrdinalIgnoreCase);
}
