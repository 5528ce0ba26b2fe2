using System.ComponentModel.DataAnnotations;

namespace KhaltiCheckout.Data;

public sealed class DatabaseOptions
{
    public const string Section = "Database";

    public string Provider { get; set; } = "Sqlite";

    /// <summary>A relative path is meant from the content root, where <c>appsettings.json</c> is.</summary>
    [Required]
    public string ConnectionString { get; set; } = "Data Source=data/checkout.db";
}
