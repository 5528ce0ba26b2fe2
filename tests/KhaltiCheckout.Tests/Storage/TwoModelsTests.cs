using KhaltiCheckout.DailyReconciliation;
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
    public void Both_have_the_same_tables_columns_keys_indexes_and_constraints()
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
    public void Neither_has_changes_that_its_migrations_lack()
    {
        using NpgsqlDataSource nowhere = NpgsqlDataSource.Create("Host=nowhere");
        using PostgreSqlCheckoutDb postgreSql = PostgreSql(nowhere);
        using CheckoutDb sqlite = Sqlite();

        postgreSql.Database.HasPendingModelChanges().ShouldBeFalse();
        sqlite.Database.HasPendingModelChanges().ShouldBeFalse();
    }

    [Fact]
    public void Every_text_in_PostgreSQL_is_of_any_length_and_compared_byte_by_byte()
    {
        using NpgsqlDataSource nowhere = NpgsqlDataSource.Create("Host=nowhere");
        using PostgreSqlCheckoutDb db = PostgreSql(nowhere);

        IColumn[] texts = [.. ModelOf(db).Tables.SelectMany(table => table.Columns).Where(column => column.StoreTypeMapping.ClrType == typeof(string) || column.StoreTypeMapping.Converter?.ProviderClrType == typeof(string))];

        texts.Length.ShouldBeGreaterThan(40);
        texts.ShouldAllBe(column => column.StoreType == "text" && column.Collation == "C");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(9, 0)]
    [InlineData(10, 10)]
    [InlineData(1_234_567, 1_234_560)]
    public void An_instant_is_kept_to_the_microsecond(long ticks, long kept)
    {
        DateTimeOffset second = new(2026, 11, 21, 6, 0, 0, TimeSpan.FromMinutes(345));

        DateTime stored = StorageFormat.Instant(second.AddTicks(ticks));

        (stored, stored.Kind).ShouldBe((second.UtcDateTime.AddTicks(kept), DateTimeKind.Utc));
    }

    [Fact]
    public async Task What_is_read_back_is_what_was_written_however_fine_the_clock()
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
    public void Text_that_both_can_hold_stays_as_it_is(string text) => StorageFormat.Text(text).ShouldBe(text);

    [Fact]
    public void Text_that_one_of_them_can_not_hold_has_a_replacement()
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
        new DbContextOptionsBuilder<PostgreSqlCheckoutDb>().UseNpgsql(nowhere).Options, new PostgreSqlDatabase(nowhere, new OrderChanges()), nowhere);

    private static IRelationalModel ModelOf(CheckoutDb db) => db.GetService<IDesignTimeModel>().Model.GetRelationalModel();

    private static string[] Describe(CheckoutDb db) =>
    [
        .. ModelOf(db).Tables.SelectMany(table => (string[])
        [
            .. table.Columns.Select(column => $"{table.Name}.{column.Name} {(column.IsNullable ? "null" : "not null")}"),
            .. table.UniqueConstraints.Select(key => $"{table.Name} key {key.Name} ({Names(key.Columns)})"),
            .. table.Indexes.Select(index => $"{table.Name} {(index.IsUnique ? "unique " : "")}index {index.Name} ({Names(index.Columns)}) {index.Filter}"),
            .. table.ForeignKeyConstraints.Select(key => $"{table.Name} ({Names(key.Columns)}) in {key.PrincipalTable.Name} ({Names(key.PrincipalColumns)}) {key.OnDeleteAction}"),
            .. table.CheckConstraints.Select(check => $"{table.Name} check {check.Name} {check.Sql}"),
        ]).Order(StringComparer.Ordinal),
    ];

    private static string Names(IEnumerable<IColumnBase> columns) => string.Join(", ", columns.Select(column => column.Name));
}
