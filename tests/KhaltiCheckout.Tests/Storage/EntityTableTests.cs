using System.Reflection;
using System.Text.Json.Nodes;
using KhaltiCheckout.Model;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace KhaltiCheckout.Tests.Storage;

/// <summary>Plain SQL for what every checkout runs, EF Core for the rest: both describe the same columns.</summary>
public sealed class EntityTableTests
{
    private static readonly OrderTables Tables = OrderTables.Instance;

    public static TheoryData<Type, string> EveryTable() => new(Described().Select(table => (table.Entity, table.Entity.Name)));

    [Theory]
    [MemberData(nameof(EveryTable))]
    public async Task Every_column_is_described_as_in_the_model_of_EF_Core(Type entity, string name)
    {
        await using Shop shop = await Shop.OpenAsync();

        (string, bool)[] ofTheModel = await shop.InDatabaseAsync(db => Task.FromResult(
            db.Model.FindEntityType(entity)!.GetProperties().Where(property => !property.IsShadowProperty())
                .Select(property => (property.GetColumnName(), property.IsNullable)).Order().ToArray()));

        Described().Single(table => table.Entity == entity).Columns.Order().ToArray().ShouldBe(ofTheModel, name);
    }

    [Fact]
    public async Task What_EF_Core_saved_is_read_in_every_property()
    {
        await using Shop shop =
            await Shop.OpenAsync(("Store:Pan", "301234567"), ("Store:VatPercent", "13"), ("Admin:ApiKeys:0", new string('k', 40)));
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

                db.Entry(loaded).Property(one => one.Version).CurrentValue++;
                return true;
            },
            TestContext.Current.CancellationToken));

        Order read = (await Store(shop).FindAsync(id, TestContext.Current.CancellationToken))!;

        Dictionary<string, object?>[] saved = await shop.InDatabaseAsync(db => AllAsync(db, id));
        await shop.InDatabaseAsync(db =>
        {
            Values(db, read).ShouldBe(saved[0]);
            Values(db, read.Payments.Single()).ShouldBe(saved[1]);
            return Task.FromResult(true);
        });
    }

    [Fact]
    public async Task Every_property_that_changes_is_saved_also_when_no_other_has_changed()
    {
        await using Shop shop = await Shop.OpenAsync();
        string id = (await shop.GivenOrderAsync()).Id();
        Order other = (await Store(shop).FindAsync(id, TestContext.Current.CancellationToken))!;
        IProperty[] changing = await shop.InDatabaseAsync(db =>
        {
            Fill(db, other, number: 3000);
            return Task.FromResult(PropertiesOf(db, other).Where(property => !property.IsKey() && !property.IsConcurrencyToken).ToArray());
        });
        changing.Length.ShouldBeGreaterThan(15);
        foreach (IProperty property in changing)
        {
            object? value = property.PropertyInfo!.GetValue(other);

            object? before = await SetAsync(property, value);

            value.ShouldNotBe(before, property.Name);
            (await SetAsync(property, before)).ShouldBe(value, property.Name);
        }

        Task<object?> SetAsync(IProperty property, object? value) => Store(shop).UpdateAsync(
            OrderQuery.ById(id),
            found =>
            {
                object? before = property.PropertyInfo!.GetValue(found.Order);
                property.PropertyInfo.SetValue(found.Order, value);
                found.Order!.Record(TimelineEvent.CheckRequested, Actor.Merchant, shop.Clock.GetUtcNow(), facts: null);
                return before;
            },
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Only_the_columns_that_changed_are_written()
    {
        Order order = Order.Place(
            new OrderDraft { Lines = [new DraftLine("ilam-tea", "Ilam tea", new Khalti.Client.Paisa(18_500), 1)] },
            DateTimeOffset.UnixEpoch, TimeSpan.FromHours(1));
        Order before = Tables.Orders.Copy(order);

        order.Cancel(DateTimeOffset.UnixEpoch);

        SqlChange change = Tables.Orders.Update(order, before)!.Value;
        change.Sql.ShouldBe("""UPDATE "Orders" SET "Status" = @p0, "Version" = @p1 WHERE "Id" = @p2 AND "Version" = @p3""");
        change.Values.ShouldBe(["cancelled", 2, order.Id, 1]);
        Tables.Orders.Update(order, Tables.Orders.Copy(order)).ShouldBeNull();
    }

    private static OrderStore Store(Shop shop) => shop.Services.GetRequiredService<OrderStore>();

    private static IEnumerable<(Type Entity, IEnumerable<(string, bool)> Columns)> Described() =>
    [
        (typeof(Order), Tables.Orders.Description), (typeof(OrderLine), Tables.Lines.Description),
        (typeof(Payment), Tables.Payments.Description),
        (typeof(Refund), Tables.Refunds.Description), (typeof(RaisedReason), Tables.Reasons.Description),
        (typeof(TimelineEntry), Tables.Timeline.Description),
    ];

    private static async Task<Dictionary<string, object?>[]> AllAsync(CheckoutDb db, string id)
    {
        Order order = await db.Orders.AsNoTracking().Include(one => one.Payments).SingleAsync(one => one.Id == id);
        return [Values(db, order), Values(db, order.Payments.Single())];
    }

    private static Dictionary<string, object?> Values(CheckoutDb db, object entity) =>
        PropertiesOf(db, entity)
            .ToDictionary(property => property.Name, property => property.PropertyInfo!.GetValue(entity), StringComparer.Ordinal);

    private static IEnumerable<IProperty> PropertiesOf(CheckoutDb db, object entity) =>
        db.Model.FindEntityType(entity.GetType())!.GetProperties().Where(property => property.PropertyInfo is not null);

    private static void Fill(CheckoutDb db, object entity, int number)
    {
        DateTimeOffset instant = new(2026, 3, 4, 5, 6, 7, 123, 456, TimeSpan.Zero);
        foreach (IProperty property in PropertiesOf(db, entity)
            .Where(property => !property.IsKey() && !property.IsForeignKey() && !property.IsConcurrencyToken))
        {
            number++;
            PropertyInfo member = property.PropertyInfo!;
            Type type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
            object? value = type switch
            {
                _ when type == typeof(string) => $"text {number} नमस्ते",
                _ when type == typeof(int) => number,
                _ when type == typeof(bool) => true,
                _ when type == typeof(Khalti.Client.Paisa) => new Khalti.Client.Paisa(
                    property.Name is "AmountRefunded" or "AmountReserved" ? 7 : 100_000 + number),
                _ when type == typeof(DateTimeOffset) => instant.AddMinutes(number),
                _ when type == typeof(DateOnly) => new DateOnly(2026, 3, 4).AddDays(number % 20),
                _ when type.IsEnum => Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1),
                _ => throw new NotSupportedException($"{property.Name} is of a type that this test does not know: {type.Name}."),
            };
            member.SetValue(entity, value);
        }
    }
}
