using System.Security.Claims;
using FluentValidation;
using Khalti.Client;
using KhaltiCheckout.Admin;
using KhaltiCheckout.Catalogue;
using KhaltiCheckout.Data;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Orders;

/// <summary>What the shopper wants. Prices are not asked for: they are ours.</summary>
/// <param name="Items">What to buy.</param>
/// <param name="Customer">Who buys, as far as they like to say.</param>
/// <param name="ReturnUrl">With an API key: where Khalti's page sends the shopper back to in the end. One of the addresses in
/// the shop's settings (<c>Store:ReturnUrls</c>), to the letter; <c>order</c> is added to its query.</param>
public sealed record PlaceOrderRequest(IReadOnlyList<OrderItemRequest> Items, OrderCustomerRequest? Customer = null, string? ReturnUrl = null);

/// <summary>So many of one product.</summary>
/// <param name="ProductId">As the catalogue names it.</param>
/// <param name="Quantity">How many.</param>
public sealed record OrderItemRequest(string ProductId, int Quantity);

/// <summary>Who buys. Only the name is ever shown to whoever holds the order's id.</summary>
/// <param name="Name">Shown on the order.</param>
/// <param name="Email">For the merchant.</param>
/// <param name="Phone">For the merchant.</param>
public sealed record OrderCustomerRequest(string? Name = null, string? Email = null, string? Phone = null);

internal sealed class PlaceOrderRules : AbstractValidator<PlaceOrderRequest>
{
    internal const int MostLines = 50;
    internal const int MostOfOne = 1000;
    internal const int LongestProductId = 50;
    internal const int LongestName = 100;
    internal const int LongestEmail = 254;
    internal const int LongestPhone = 20;

    public PlaceOrderRules()
    {
        // The first broken rule of a field is enough, and a pattern never meets more text than the field may hold.
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(order => order.Items).NotEmpty().WithMessage("At least one item.")
            .Must(items => items.Count <= MostLines).WithMessage($"At most {MostLines} items.");
        RuleForEach(order => order.Items).NotNull().WithMessage("Which product, and how many?").ChildRules(item =>
        {
            item.RuleLevelCascadeMode = CascadeMode.Stop;
            item.RuleFor(line => line.ProductId).NotEmpty().WithMessage("Which product?").MaximumLength(LongestProductId).WithMessage($"At most {LongestProductId} characters.");
            item.RuleFor(line => line.Quantity).InclusiveBetween(1, MostOfOne).WithMessage($"Between 1 and {MostOfOne}.");
        });
        RuleFor(order => order.Customer!.Name).PlainText(LongestName).When(order => order.Customer is not null);
        RuleFor(order => order.Customer!.Email).PlainText(LongestEmail)
            .Matches(@"^[^\s@]+@[^\s@]+\.[^\s@]+$").WithMessage("An e-mail address, such as sita@example.com.")
            .When(order => !string.IsNullOrWhiteSpace(order.Customer?.Email));
        RuleFor(order => order.Customer!.Phone).PlainText(LongestPhone)
            .Matches(@"^\+?[0-9][0-9 -]{5,18}$").WithMessage("A phone number, such as 9800000000.")
            .When(order => !string.IsNullOrWhiteSpace(order.Customer?.Phone));
    }
}

/// <summary>Places an order at the catalogue's prices.</summary>
internal static class PlaceOrder
{
    internal static async Task<Results<Created<OrderView>, ProblemHttpResult>> Handle(
        PlaceOrderRequest request, CheckoutDb db, KeptAnswer answer, ClaimsPrincipal user, IOptions<StoreOptions> store,
        TimeProvider time, CancellationToken cancellationToken)
    {
        if (request.ReturnUrl is not null && user.KeyId() is null)
        {
            return Problems.Unauthorized();
        }

        if (request.ReturnUrl is { } wantedReturn && !store.Value.ReturnUrls.Contains(wantedReturn, StringComparer.Ordinal))
        {
            return TypedResults.Problem(Problems.ValidationFailed(new Dictionary<string, string[]>(StringComparer.Ordinal)
            {
                ["returnUrl"] = ["Not one of the addresses in Store:ReturnUrls."],
            }));
        }

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
            Given(customer?.Name), Given(customer?.Email), Given(customer?.Phone), request.ReturnUrl, now, rules.OrderLifetime);
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
