using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>What stands between a statement and SQLite: a value too few, one statement too many, and every type of column.</summary>
[Trait("Database", "Sqlite")]
public sealed class SqliteSessionTests
{
    [Fact]
    public async Task A_statement_with_a_missing_value_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        await ReadAsync(shop, async sql =>
        {
            (await OneAsync("first")).ShouldBe("first");
            await Should.ThrowAsync<ArgumentException>(() => sql.FindAsync("SELECT @p0", row => row.TextOrNull(0)));
            (await OneAsync(null)).ShouldBeNull();
            return true;

            Task<string?> OneAsync(string? value) => sql.FindAsync("SELECT @p0", row => row.TextOrNull(0), value);
        });
    }

    [Fact]
    public async Task Two_statements_in_one_text_are_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        await ReadAsync(shop, async sql =>
        {
            await Should.ThrowAsync<ArgumentException>(() => sql.ExecuteAsync("SELECT 1; SELECT 2"));
            return true;
        });
    }

    [Fact]
    public async Task A_value_without_a_column_type_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        await ReadAsync(shop, async sql =>
        {
            await Should.ThrowAsync<ArgumentException>(() => sql.ExecuteAsync("SELECT @p0", 1.5));
            return true;
        });
    }

    [Fact]
    public async Task Values_are_bound_by_name_in_any_order()
    {
        await using Shop shop = await Shop.OpenAsync();
        string found = await ReadAsync(shop, async sql =>
            (await sql.FindAsync("SELECT @p1 || '-' || @p0 || '-' || @p1", row => row.Text(0), "zero", "one"))!);
        found.ShouldBe("one-zero-one");
    }

    [Theory]
    [InlineData("")]
    [InlineData("चिया पसल")]
    [InlineData("😀")]
    [InlineData("long")]
    public async Task Text_of_any_length_and_script_is_read_back_unchanged(string text)
    {
        string written = text == "long" ? new string('क', 5000) : text;
        await using Shop shop = await Shop.OpenAsync();
        (await ReadAsync(shop, async sql => (await sql.FindAsync("SELECT @p0", row => row.Text(0), written))!)).ShouldBe(written);
    }

    [Fact]
    public async Task NULL_is_neither_text_nor_amount()
    {
        await using Shop shop = await Shop.OpenAsync();
        await ReadAsync(shop, async sql =>
        {
            (await sql.FindAsync("SELECT NULL", row => row.TextOrNull(0))).ShouldBeNull();
            await Should.ThrowAsync<InvalidOperationException>(() => sql.FindAsync("SELECT NULL", row => row.Text(0)));
            await Should.ThrowAsync<InvalidOperationException>(() => sql.FindAsync("SELECT NULL", row => row.Paisa(0)));
            return true;
        });
    }

    [Theory]
    [InlineData("2026-11-21T10:00:00Z", "2026-11-21 10:00:00")]
    [InlineData("2026-11-21T10:00:00.12Z", "2026-11-21 10:00:00.12")]
    [InlineData("2026-11-21T15:45:00.1234567+05:45", "2026-11-21 10:00:00.123456")]
    public async Task Timestamps_are_stored_as_sortable_text_as_by_EF_Core(string given, string stored)
    {
        DateTimeOffset instant = DateTimeOffset.Parse(given, System.Globalization.CultureInfo.InvariantCulture);
        await using Shop shop = await Shop.OpenAsync();
        (string Text, DateTimeOffset Instant) read = await ReadAsync(
            shop, sql => sql.FindAsync("SELECT @p0", row => (row.Text(0), row.Instant(0)), instant));
        read.Text.ShouldBe(stored);
        read.Instant.ShouldBe(new DateTimeOffset(StorageFormat.Instant(instant)));
    }

    [Theory]
    [InlineData("2026-11-21T10:00:00Z")]
    [InlineData("2026-11-21 10:00:00+00:00")]
    [InlineData("2026-11-21 15:45:00.0000000+05:45")]
    [InlineData("2026-11-21 10:00")]
    [InlineData("2026-11-21 10:00:00.0000000")]
    public async Task Timestamps_in_other_formats_are_read(string text)
    {
        await using Shop shop = await Shop.OpenAsync();
        (await ReadAsync(shop, sql => sql.FindAsync("SELECT @p0", row => row.Instant(0), text)))
            .ShouldBe(new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_date_is_read_back_and_an_invalid_timestamp_is_refused()
    {
        DateOnly day = new(2026, 2, 28);
        await using Shop shop = await Shop.OpenAsync();
        await ReadAsync(shop, async sql =>
        {
            (await sql.FindAsync("SELECT @p0", row => (row.Text(0), row.Day(0)), day)).ShouldBe(("2026-02-28", day));
            await Should.ThrowAsync<FormatException>(() => sql.FindAsync("SELECT 'tomorrow at noon'", row => row.Instant(0)));
            await Should.ThrowAsync<FormatException>(() => sql.FindAsync("SELECT '2026-02-30 00:00:00'", row => row.Instant(0)));
            return true;
        });
    }

    [Fact]
    public async Task An_SQLite_error_has_its_code_and_the_statement_stays_usable()
    {
        await using Shop shop = await Shop.OpenAsync();
        string order = (await shop.GivenOrderAsync()).Id();
        (await PutAsync("twice")).ShouldBe(1);
        SqliteException refused = await Should.ThrowAsync<SqliteException>(() => PutAsync("twice"));
        refused.SqliteErrorCode.ShouldBe(19);
        refused.SqliteExtendedErrorCode.ShouldBe(1555);
        (await PutAsync("another")).ShouldBe(1);

        Task<int> PutAsync(string term) => shop.Services.GetRequiredService<Database>().WriteAsync(
            sql => sql.ExecuteAsync("""INSERT INTO "SearchTerms" ("Term", "OrderId") VALUES (@p0, @p1)""", term, order),
            TestContext.Current.CancellationToken);
    }

    private static Task<T> ReadAsync<T>(Shop shop, Func<SqlSession, Task<T>> look) =>
        shop.Services.GetRequiredService<Database>().ReadAsync(look, TestContext.Current.CancellationToken);
}
