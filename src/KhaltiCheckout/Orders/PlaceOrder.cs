using FluentValidation;
using Khalti.Client;
using KhaltiCheckout.Catalogue;
using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Orders;

/// <summary>What the shopper wants. Prices are not asked for: they are ours.</summary>
public sealed record PlaceOrderRequest(IReadOnlyList<OrderItemRequest> Items, OrderCustomerRequest? Customer = null);

public sealed record OrderItemRequest(string ProductId, int Quantity);

public sealed record OrderCustomerRequest(string? Name = null, string? Email = null, string? Phone = null);

internal sealed class PlaceOrderRules : AbstractValidator<PlaceOrderRequest>
{
    private const int MostLines = 50;
    private const int MostOfOne = 1000;

    public PlaceOrderRules()
    {
        RuleFor(order => order.Items).NotEmpty().WithMessage("At least one item.")
            .Must(items => items.Count <= MostLines).WithMessage($"At most {MostLines} items.");
        RuleForEach(order => order.Items).NotNull().ChildRules(item =>
        {
            item.RuleFor(line => line.ProductId).NotEmpty().WithMessage("Which product?").MaximumLength(50).WithMessage("At most 50 characters.");
            item.RuleFor(line => line.Quantity).InclusiveBetween(1, MostOfOne).WithMessage($"Between 1 and {MostOfOne}.");
        });
        RuleFor(order => order.Customer!.Name).PlainText(100).When(order => order.Customer is not null);
        RuleFor(order => order.Customer!.Email).PlainText(254)
            .Matches(@"^[^\s@]+@[^\s@]+\.[^\s@]+$").WithMessage("An e-mail address, such as sita@example.com.")
            .When(order => !string.IsNullOrWhiteSpace(order.Customer?.Email));
        RuleFor(order => order.Customer!.Phone).PlainText(20)
            .Matches(@"^\+?[0-9][0-9 -]{5,18}$").WithMessage("A phone number, such as 9800000000.")
            .When(order => !string.IsNullOrWhiteSpace(order.Customer?.Phone));
    }
}

/// <summary>Places an order at the catalogue's prices.</summary>
internal static class PlaceOrder
{
    internal static async Task<Results<Created<OrderView>, ProblemHttpResult>> Handle(
        PlaceOrderRequest request, CheckoutDb db, KeptAnswer answer, IOptions<StoreOptions> store, TimeProvider time,
        CancellationToken cancellationToken)
    {
        string[] wanted = [.. request.Items.Select(item => item.ProductId).Distinct(StringComparer.Ordinal)];
        Dictionary<string, Product> products = await db.Products.AsNoTracking()
            .Where(product => wanted.Contains(product.Id))
            .ToDictionaryAsync(product => product.Id, StringComparer.Ordinal, cancellationToken);
        if (products.Count < wanted.Length)
        {
            return Problems.NotFound("product");
        }

        StoreOptions rules = store.Value;
        OrderCustomerRequest? customer = request.Customer;
        DateTimeOffset now = time.GetUtcNow();
        Order Place() => Order.Place(
            [.. request.Items.Select(item => (products[item.ProductId], item.Quantity))],
            Given(customer?.Name), Given(customer?.Email), Given(customer?.Phone), now, rules.OrderLifetime);
        Paisa amount = Place().Amount;
        if (amount < rules.Least || (rules.Most is { } most && amount > most))
        {
            return Problems.AmountOutOfRange(amount, rules.Least, rules.Most);
        }

        OrderView placed = await db.WriteAsync(
            async () =>
            {
                Order order = Place();
                db.Orders.Add(order);
                OrderView view = OrderView.Of(order);
                await answer.KeepAsync(StatusCodes.Status201Created, view, LocationOf(view));
                return view;
            },
            cancellationToken);
        return TypedResults.Created(LocationOf(placed), placed);
    }

    private static string LocationOf(OrderView order) => $"/api/v1/orders/{order.Id}";

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
