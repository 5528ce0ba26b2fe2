using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Settings;

/// <summary>A PostgreSQL that can't be used: one sentence, and never the password.</summary>
public sealed class PostgreSqlSettingsTests
{
    private const string Password = "do-not-tell-anybody";

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Database=shop;Username=shop")]
    [InlineData("Host=no-such-host.invalid;Database=shop;Username=shop;Timeout=3")]
    [InlineData("Host=127.0.0.1;Port=1;Shoe Size=43")]
    [InlineData("Host=127.0.0.1;Port=none")]
    [InlineData("Host=127.0.0.1;Port=1;=")]
    [InlineData("Username=shop")]
    public async Task An_unusable_PostgreSQL_server_is_reported_without_the_password(string connectionString)
    {
        string sentence = await Starting.RefusalAsync(
            "Development", ("Database:Provider", "postgresql"), ("Database:ConnectionString", $"{connectionString};Password={Password}"));

        sentence.ShouldContain("Database:ConnectionString");
        sentence.ShouldNotContain(Password);
    }

    [Fact]
    public async Task A_SQLite_connection_string_is_refused_for_PostgreSQL()
    {
        string sentence = await Starting.RefusalAsync(
            "Development", ("Database:Provider", "PostgreSql"), ("Database:ConnectionString", "Data Source=data/checkout.db"));

        sentence.ShouldContain("Database:ConnectionString");
    }

    [OnPostgreSql]
    [Trait("Database", "PostgreSql")]
    public async Task A_missing_PostgreSQL_database_is_not_created()
    {
        string sentence = await Starting.RefusalAsync(
            "Development", ("Database:ConnectionString", $"{TestDatabase.Server};Database=nobody_made_this"));

        sentence.ShouldContain("nobody_made_this");
    }

    [OnPostgreSql]
    [Trait("Database", "PostgreSql")]
    public async Task A_read_only_PostgreSQL_user_is_refused()
    {
        using TestDatabase database = TestDatabase.OnServer();
        string reader = $"reader_{Guid.NewGuid():N}";
        database.Run($"CREATE ROLE {reader} LOGIN IN ROLE pg_read_all_data");
        try
        {
            string sentence = await Starting.RefusalAsync(
                "Development", ("Database:ConnectionString", database.ConnectionString + $";Username={reader}"));

            sentence.ShouldContain("permission denied");
        }
        finally
        {
            database.Run($"DROP ROLE {reader}");
        }
    }
}
