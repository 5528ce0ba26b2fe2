using System.Reflection;
using System.Text.Json.Nodes;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Model;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>Two ways lead to the same rows: plain SQL for what is hot, EF Core for the rest. They must never differ.</summary>
public sealed class OrderRowsTests
{
    [Theory]
    [InlineData(typeof(Order), Order.Columns)]
    [InlineData(typeof(Payment), Payment.Columns)]
    [InlineData(typeof(Refund), Refund.Columns)]
    public async Task Plain_SQL_names_every_column_of_the_model(Type entity, string columns)
    {
        await using Shop shop = await Shop.OpenAsync();

        string[] ofTheModel = await shop.InDatabaseAsync(db => Task.FromResult(
            db.Model.FindEntityType(entity)!.GetProperties()
                .Where(property => !property.IsShadowProperty()).Select(property => property.GetColumnName()).Order(StringComparer.Ordinal).ToArray()));

        string[] named = [.. columns.Split(',').Select(column => column.Trim().Trim('"')).Order(StringComparer.Ordinal)];
        named.ShouldBe(ofTheModel);
    }

    [Fact]
    public async Task What_EF_Core_saved_plain_SQL_reads_in_every_property_and_saves_back_the_same()
    {
        await using Shop shop = await Shop.OpenAsync(("Store:Pan", "301234567"), ("Store:VatPercent", "13"), ("Admin:ApiKeys:0", new string('k', 40)));
        (JsonNode order, _) = await shop.GivenPaidAsync();
        string id = order.Id();

        // Values in every column, each another one, written by EF Core's own way.
        await shop.InDatabaseAsync(async db => await db.WriteAsync(
            async () =>
            {
                Order loaded = await db.Orders.Include(one => one.Payments).SingleAsync(one => one.Id == id);
                Fill(db, loaded, number: 1000);
                foreach (Payment payment in loaded.Payments)
                {
                    Fill(db, payment, number: 2000);
                }

                return true;
            },
            TestContext.Current.CancellationToken));

        CheckoutStore store = shop.Services.GetRequiredService<CheckoutStore>();
        Order read = (await store.ReadAsync(sql => sql.FindOrderAsync(id, OrderParts.All), TestContext.Current.CancellationToken))!;
        Dictionary<string, object?>[] before = await shop.InDatabaseAsync(db => AllAsync(db, id));
        await shop.InDatabaseAsync(db =>
        {
            Values(db, read).ShouldBe(before[0]);
            Values(db, read.Payments.Single()).ShouldBe(before[1]);
            return Task.FromResult(true);
        });

        // Saved by plain SQL with another version: everything else stays.
        read.Tell("looked_at", Actor.Merchant, shop.Clock.GetUtcNow());
        read.Payments.Single().RecordKhaltiState("Completed");
        await store.WriteAsync(
            async sql =>
            {
                await sql.SaveAsync(read);
                return true;
            },
            TestContext.Current.CancellationToken);
        Dictionary<string, object?>[] after = await shop.InDatabaseAsync(db => AllAsync(db, id));
        foreach ((Dictionary<string, object?> row, Dictionary<string, object?> old) in after.Zip(before))
        {
            row["Version"].ShouldBe((int)old["Version"]! + 1);
            row["Version"] = old["Version"];
            row["KhaltiState"] = old.GetValueOrDefault("KhaltiState");
            old.TryAdd("KhaltiState", null);
            row.ShouldBe(old);
        }
    }

    /// <summary>Fixed when an order is placed. Whatever else it has can change.</summary>
    private static readonly string[] Fixed =
    [
        "Id", "Amount", "CustomerName", "CustomerEmail", "CustomerPhone", "Reference", "Metadata", "ReturnUrl", "CreatedAt", "PlacedOn", "ExpiresAt",
    ];

    [Fact]
    public async Task Whatever_can_change_of_an_order_is_saved_also_when_nothing_else_has_changed()
    {
        await using Shop shop = await Shop.OpenAsync();
        string id = (await shop.GivenOrderAsync()).Id();
        CheckoutStore store = shop.Services.GetRequiredService<CheckoutStore>();
        Order other = (await FindAsync())!;
        IProperty[] changing = await shop.InDatabaseAsync(db =>
        {
            Fill(db, other, number: 3000);
            return Task.FromResult(PropertiesOf(db, other).Where(property => !Fixed.Contains(property.Name) && !property.IsConcurrencyToken).ToArray());
        });
        changing.Length.ShouldBeGreaterThan(5);
        foreach (IProperty property in changing)
        {
            Order order = (await FindAsync())!;
            object? before = property.PropertyInfo!.GetValue(order);
            object? value = property.PropertyInfo.GetValue(other);
            property.PropertyInfo.SetValue(order, value);
            order.Tell("looked_at", Actor.Merchant, shop.Clock.GetUtcNow());

            await SaveAsync(order);

            value.ShouldNotBe(before, property.Name);
            property.PropertyInfo.GetValue(await FindAsync()).ShouldBe(value, property.Name);

            // Back again on the same object: what it compares with is what was saved last.
            property.PropertyInfo.SetValue(order, before);
            order.Tell("looked_at", Actor.Merchant, shop.Clock.GetUtcNow());
            await SaveAsync(order);
            property.PropertyInfo.GetValue(await FindAsync()).ShouldBe(before, property.Name);
        }

        Task<Order?> FindAsync() => store.ReadAsync(sql => sql.FindOrderAsync(id, OrderParts.Payments), TestContext.Current.CancellationToken);

        Task SaveAsync(Order order) => store.WriteAsync(
            async sql =>
            {
                await sql.SaveAsync(order);
                return true;
            },
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_order_that_somebody_else_has_changed_is_decided_again_on_fresh_facts()
    {
        await using Shop shop = await Shop.OpenAsync();
        JsonNode order = await shop.GivenOrderAsync();
        CheckoutStore store = shop.Services.GetRequiredService<CheckoutStore>();
        Order stale = (await store.ReadAsync(sql => sql.FindOrderAsync(order.Id(), OrderParts.Payments), TestContext.Current.CancellationToken))!;
        await shop.CancelAsync(order);
        int rounds = 0;

        string status = await store.WriteAsync(
            async sql =>
            {
                Order current = rounds++ == 0 ? stale : (await sql.FindOrderAsync(order.Id(), OrderParts.Payments))!;
                if (current.Status == OrderStatus.Pending)
                {
                    current.Expire(shop.Clock.GetUtcNow());
                    await sql.SaveAsync(current);
                }

                return SnakeCase.Of(current.Status);
            },
            TestContext.Current.CancellationToken);

        (rounds, status).ShouldBe((2, "cancelled"));
        (await shop.ReadAsync(order)).Status().ShouldBe("cancelled");
        (await shop.InDatabaseAsync(db => db.Timeline.CountAsync(entry => entry.What == "order_expired"))).ShouldBe(0);
    }

    private static async Task<Dictionary<string, object?>[]> AllAsync(CheckoutDb db, string id)
    {
        Order order = await db.Orders.AsNoTracking().Include(one => one.Payments).SingleAsync(one => one.Id == id);
        return [Values(db, order), Values(db, order.Payments.Single())];
    }

    private static Dictionary<string, object?> Values(CheckoutDb db, object entity) =>
        PropertiesOf(db, entity).ToDictionary(property => property.Name, property => property.PropertyInfo!.GetValue(entity), StringComparer.Ordinal);

    private static IEnumerable<IProperty> PropertiesOf(CheckoutDb db, object entity) =>
        db.Model.FindEntityType(entity.GetType())!.GetProperties().Where(property => property.PropertyInfo is not null);

    private static void Fill(CheckoutDb db, object entity, int number)
    {
        DateTimeOffset instant = new(2026, 3, 4, 5, 6, 7, 123, 456, TimeSpan.Zero);
        foreach (IProperty property in PropertiesOf(db, entity).Where(property => !property.IsKey() && !property.IsForeignKey() && !property.IsConcurrencyToken))
        {
            number++;
            PropertyInfo member = property.PropertyInfo!;
            Type type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
            object? value = type switch
            {
                _ when type == typeof(string) => $"text {number} नमस्ते",
                _ when type == typeof(int) => number,
                _ when type == typeof(bool) => true,
                _ when type == typeof(Khalti.Client.Paisa) => new Khalti.Client.Paisa(property.Name is "AmountRefunded" or "AmountReserved" ? 7 : 100_000 + number),
                _ when type == typeof(DateTimeOffset) => instant.AddMinutes(number),
                _ when type == typeof(DateOnly) => new DateOnly(2026, 3, 4).AddDays(number % 20),
                _ when type.IsEnum => Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1),
                _ => throw new NotSupportedException($"{property.Name} is of a type that this test does not know: {type.Name}."),
            };
            member.SetValue(entity, value);
        }
    }
}
