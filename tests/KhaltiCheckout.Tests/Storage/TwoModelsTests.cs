using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>The two databases have migrations of their own: nothing may be in one and be forgotten in the other.</summary>
public sealed class TwoModelsTests
{
    [Fact]
    public void Both_databases_have_the_same_schema()
    {
        using NpgsqlDataSource nowhere = NpgsqlDataSource.Create("Host=nowhere");
        using PostgreSqlCheckoutDb postgreSql = PostgreSql(nowhere);
        using CheckoutDb sqlite = Sqlite();

        string[] here = Describe(sqlite);
        string[] there = Describe(postgreSql);

        here.Length.ShouldBeGreaterThan(150);
        there.Except(here, StringComparer.Ordinal).ShouldBeEmpty();
        here.Except(there, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public void Neither_model_has_pending_changes()
    {
        using NpgsqlDataSource nowhere = NpgsqlDataSource.Create("Host=nowhere");
        using PostgreSqlCheckoutDb postgreSql = PostgreSql(nowhere);
        using CheckoutDb sqlite = Sqlite();

        postgreSql.Database.HasPendingModelChanges().ShouldBeFalse();
        sqlite.Database.HasPendingModelChanges().ShouldBeFalse();
    }

    [Fact]
    public void Every_PostgreSQL_text_is_unlimited_and_compared_by_bytes()
    {
        using NpgsqlDataSource nowhere = NpgsqlDataSource.Create("Host=nowhere");
        using PostgreSqlCheckoutDb db = PostgreSql(nowhere);

        IColumn[] texts = [
            .. ModelOf(db).Tables.SelectMany(table => table.Columns)
            .Where(column => column.StoreTypeMapping.ClrType == typeof(string)
            || column.StoreTypeMapping.Converter?.ProviderClrType == typeof(string))];

        texts.Length.ShouldBeGreaterThan(40);
        texts.ShouldAllBe(column => column.StoreType == "text" && column.Collation == "C");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(9, 0)]
    [InlineData(10, 10)]
    [InlineData(1_234_567, 1_234_560)]
    public void A_timestamp_is_stored_to_the_microsecond(long ticks, long kept)
    {
        DateTimeOffset second = new(2026, 11, 21, 6, 0, 0, TimeSpan.FromMinutes(345));

        DateTime stored = StorageFormat.Instant(second.AddTicks(ticks));

        (stored, stored.Kind).ShouldBe((second.UtcDateTime.AddTicks(kept), DateTimeKind.Utc));
    }

    [Fact]
    public async Task Timestamps_are_read_back_as_written()
    {
        await using Shop shop = await Shop.OpenAsync();
        shop.Clock.Advance(TimeSpan.FromTicks(1_234_567));
        (System.Text.Json.Nodes.JsonNode paid, _) = await shop.GivenPaidAsync();

        Order order = await shop.InDatabaseAsync(db => db.Orders.Include(order => order.Payments).SingleAsync());

        DateTimeOffset kept = new(StorageFormat.Instant(shop.Clock.GetUtcNow()));
        (order.CreatedAt, order.PaidAt, order.Payments[0].CreatedAt).ShouldBe((kept, kept, kept));
        (await shop.ReadAsync(paid)).ToJsonString().ShouldBe(paid.ToJsonString());
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("नमस्ते 😀")]
    [InlineData("")]
    public void Text_that_both_databases_can_store_is_unchanged(string text) => StorageFormat.Text(text).ShouldBe(text);

    [Fact]
    public void Text_that_one_database_cannot_store_is_replaced()
    {
        // Halves of pairs can't stand in an attribute.
        StorageFormat.Text("a\0b").ShouldBe("a\ufffdb");
        StorageFormat.Text("\ud800").ShouldBe("\ufffd");
        StorageFormat.Text("x\udc00y\ud83d\ude00").ShouldBe("x\ufffdy\ud83d\ude00");
    }

    private static CheckoutDb Sqlite() => new(
        new DbContextOptionsBuilder<CheckoutDb>().UseSqlite("Data Source=nowhere.db").Options,
        new SqliteDatabase("Data Source=nowhere.db", new OrderChanges()));

    private static PostgreSqlCheckoutDb PostgreSql(NpgsqlDataSource nowhere) => new(
        new DbContextOptionsBuilder<PostgreSqlCheckoutDb>().UseNpgsql(nowhere).Options, new PostgreSqlDatabase(nowhere, new OrderChanges()),
        nowhere);

    private static IRelationalModel ModelOf(CheckoutDb db) => db.GetService<IDesignTimeModel>().Model.GetRelationalModel();

    private static string[] Describe(CheckoutDb db) =>
    [
        .. ModelOf(db).Tables.SelectMany(table => (string[])
        [
            .. table.Columns.Select(column => $"{table.Name}.{column.Name} {(column.IsNullable ? "null" : "not null")}"),
            .. table.UniqueConstraints.Select(key => $"{table.Name} key {key.Name} ({Names(key.Columns)})"),
            .. table.Indexes.Select(
                index => $"{table.Name} {(index.IsUnique ? "unique " : "")}index {index.Name} ({Names(index.Columns)}) {index.Filter}"),
            .. table.ForeignKeyConstraints.Select(
                key =>
                    $"{table.Name} ({Names(key.Columns)}) in {key.PrincipalTable.Name} "
                        + $"({Names(key.PrincipalColumns)}) {key.OnDeleteAction}"),
            .. table.CheckConstraints.Select(check => $"{table.Name} check {check.Name} {check.Sql}"),
        ]).Order(StringComparer.Ordinal),
    ];

    private static string Names(IEnumerable<IColumnBase> columns) => string.Join(", ", columns.Select(column => column.Name));
}
