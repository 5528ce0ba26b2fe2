using System.Security.Claims;
using FluentValidation;
using Khalti.Client;
using KhaltiCheckout.Access;
using KhaltiCheckout.Catalogue;
using KhaltiCheckout.Http;
using KhaltiCheckout.Idempotency;
using KhaltiCheckout.Model;
using KhaltiCheckout.Settings;
using KhaltiCheckout.Shared;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Checkout;

/// <summary>What the shopper wants. Prices are not asked for: they are ours. With an API key of scope <c>checkout</c> the order
/// may have lines and prices of its own instead, and say how the key's holder wants to find it again.</summary>
/// <param name="Items">What to buy from the catalogue. Either these or <paramref name="Lines"/>.</param>
/// <param name="Customer">Who buys, as far as they like to say.</param>
/// <param name="ReturnUrl">With an API key: where Khalti's page sends the shopper back to in the end. One of the addresses in
/// the shop's settings (<c>Store:ReturnUrls</c>), to the letter; <c>order</c> is added to its query.</param>
/// <param name="Lines">With an API key: what is bought, at the key holder's prices.</param>
/// <param name="Metadata">With an API key: what the key holder wants to find again, names and texts. The shopper can read it.</param>
public sealed record PlaceOrderRequest(
    IReadOnlyList<OrderItemRequest>? Items = null, OrderCustomerRequest? Customer = null, string? ReturnUrl = null,
    IReadOnlyList<OrderLineRequest>? Lines = null, string? Reference = null, IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>With an API key: the key holder's own name for the order. No two orders have the same, unless the other was
    /// cancelled or has expired unpaid.</summary>
    public string? Reference { get; init; } = InputText.Line(Reference);

    /// <summary>Whether it asks for something that only the holder of a key may have.</summary>
    internal bool WantsKey => Lines is not null || Reference is not null || ReturnUrl is not null || Metadata is not null;
}

/// <summary>So many of something that is not in the catalogue, or a discount.</summary>
/// <param name="UnitPrice">Paisa; 0 for what is free, never negative.</param>
/// <param name="Quantity">How many.</param>
/// <param name="Kind"><c>item</c>, or <c>discount</c> for what is taken off the others.</param>
public sealed record OrderLineRequest(string Name, Paisa UnitPrice, int Quantity, LineKind Kind = LineKind.Item)
{
    /// <summary>What the shopper reads.</summary>
    public string Name { get; init; } = InputText.Line(Name);
}

/// <summary>So many of one product.</summary>
/// <param name="ProductId">As the catalogue names it.</param>
/// <param name="Quantity">How many.</param>
public sealed record OrderItemRequest(string ProductId, int Quantity);

/// <summary>Who buys. Only the name is shown to holders of the order's id.</summary>
public sealed record OrderCustomerRequest(string? Name = null, string? Email = null, string? Phone = null)
{
    /// <summary>Shown on the order.</summary>
    public string? Name { get; init; } = InputText.Line(Name);

    /// <summary>For the merchant.</summary>
    public string? Email { get; init; } = InputText.Line(Email);

    /// <summary>For the merchant.</summary>
    public string? Phone { get; init; } = InputText.Phone(Phone);
}

internal sealed class PlaceOrderRules : AbstractValidator<PlaceOrderRequest>
{
    internal const int MaxLines = 50;
    internal const int MaxQuantity = 1000;
    internal const int MaxProductIdLength = 50;
    internal const int MaxNameLength = 100;
    internal const int MaxEmailLength = 254;
    internal const int MaxPhoneLength = 20;
    internal const int MaxReferenceLength = 100;
    internal const int MaxMetadata = 20;
    internal const int MaxMetadataKeyLength = 40;
    internal const int MaxMetadataValueLength = 500;

    /// <summary>NPR 100 million. Fifty lines of a thousand of these are still a number that every JSON reader can hold.</summary>
    internal const long HighestPrice = 10_000_000_000;

    public PlaceOrderRules()
    {
        // The first broken rule of a field is enough, and a pattern never meets more text than the field may hold.
        RuleLevelCascadeMode = CascadeMode.Stop;
        RuleFor(order => order.Items).NotEmpty().WithMessage("At least one item.").When(order => order.Lines is null);
        RuleFor(order => order.Items).Null().WithMessage("Either items or lines, not both.").When(order => order.Lines is not null);
        RuleFor(order => order.Items).Must(items => items is null || items.Count <= MaxLines).WithMessage($"At most {MaxLines} items.");
        RuleForEach(order => order.Items).NotNull().WithMessage("Which product, and how many?").ChildRules(item =>
        {
            item.RuleLevelCascadeMode = CascadeMode.Stop;
            item.RuleFor(line => line.ProductId).NotEmpty().WithMessage("Which product?").MaximumLength(MaxProductIdLength)
                .WithMessage($"At most {MaxProductIdLength} characters.");
            item.RuleFor(line => line.Quantity).InclusiveBetween(1, MaxQuantity).WithMessage($"Between 1 and {MaxQuantity}.");
        });
        RuleFor(order => order.Lines).NotEmpty().WithMessage("At least one line.")
            .Must(lines => lines is null || lines.Count <= MaxLines).WithMessage($"At most {MaxLines} lines.")
            .When(order => order.Lines is not null);
        RuleForEach(order => order.Lines).NotNull().WithMessage("What, at which price, and how many?").ChildRules(line =>
        {
            line.RuleLevelCascadeMode = CascadeMode.Stop;
            line.RuleFor(one => one.Name).NotEmpty().WithMessage("What is it called?").PlainText(MaxNameLength);
            line.RuleFor(one => one.UnitPrice).Must(price => price <= new Paisa(HighestPrice))
                .WithMessage($"Paisa, between 0 and {HighestPrice}.");
            line.RuleFor(one => one.Quantity).InclusiveBetween(1, MaxQuantity).WithMessage($"Between 1 and {MaxQuantity}.");
            line.RuleFor(one => one.Kind).IsInEnum();
        });
        RuleFor(order => order.Reference).NotEmpty().WithMessage("Not blank: leave it out for none.").PlainText(MaxReferenceLength)
            .When(order => order.Reference is not null);
        RuleFor(order => order.Metadata).Must(pairs => pairs is null || pairs.Count <= MaxMetadata)
            .WithMessage($"At most {MaxMetadata} pairs.")
            .Must(pairs => pairs is null || pairs.All(pair => IsMetadata(pair.Key, pair.Value)))
            .WithMessage(
                $"Names of 1 to {MaxMetadataKeyLength} and texts of at most {MaxMetadataValueLength} "
                + "characters, without control characters.");
        RuleFor(order => order.Customer!.Name).PlainText(MaxNameLength).When(order => order.Customer is not null);
        RuleFor(order => order.Customer!.Email).PlainText(MaxEmailLength)
            .Matches(@"^[^\s@]+@[^\s@]+\.[^\s@]+$").WithMessage("An e-mail address, such as sita@example.com.")
            .When(order => !string.IsNullOrWhiteSpace(order.Customer?.Email));
        RuleFor(order => order.Customer!.Phone).PlainText(MaxPhoneLength)
            .Matches(@"^\+?[0-9]{6,15}\z").WithMessage("A phone number, such as 9800000000.")
            .When(order => !string.IsNullOrWhiteSpace(order.Customer?.Phone));
    }

    private static bool IsMetadata(string name, string? text) =>
        name.Length is > 0 and <= MaxMetadataKeyLength && text?.Length <= MaxMetadataValueLength && Validation.IsPlain(name)
            && Validation.IsPlain(text);
}

/// <summary>Places an order at the catalogue's prices, or at those of the shop whose key it comes with.</summary>
internal static class PlaceOrder
{
    /// <summary>Before validation: a caller without the scope learns nothing about the fields.</summary>
    internal static ValueTask<object?> RefuseWithoutKey(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        ClaimsPrincipal user = context.HttpContext.User;
        if (!context.Arguments.OfType<PlaceOrderRequest>().Single().WantsKey || user.MayDo(Scopes.Checkout))
        {
            return next(context);
        }

        return ValueTask.FromResult<object?>(
            user.Identity?.IsAuthenticated != true
                ? Problems.Unauthorized() : user.KeyId() is null ? Problems.CsrfRejected() : Problems.Forbidden());
    }

    internal static async Task<Results<Created<OrderView>, ProblemHttpResult>> Handle(
        PlaceOrderRequest request, Products products, OrderStore orders, IdempotentResponse response, ClaimsPrincipal user,
        IOptions<StoreOptions> settings,
        TimeProvider time, CancellationToken cancellationToken)
    {
        if (request.ReturnUrl is { } wantedReturn && !settings.Value.ReturnUrls.Contains(wantedReturn, StringComparer.Ordinal))
        {
            return TypedResults.Problem(Problems.ValidationFailed(new Dictionary<string, string[]>(StringComparer.Ordinal)
            {
                ["returnUrl"] = ["Not one of the addresses in Store:ReturnUrls."],
            }));
        }

        if (await LinesOfAsync(request, products, cancellationToken) is not { } lines)
        {
            return Problems.NotFound("product");
        }

        StoreOptions shop = settings.Value;
        Paisa? total = OrderLine.TotalOf(lines);
        if (total is null || total < shop.Least || total > shop.Most)
        {
            return Problems.AmountOutOfRange(total, shop.Least, shop.Most);
        }

        OrderDraft draft = new()
        {
            Lines = lines,
            CustomerName = TextOrNull(request.Customer?.Name),
            CustomerEmail = TextOrNull(request.Customer?.Email),
            CustomerPhone = TextOrNull(request.Customer?.Phone),
            Reference = TextOrNull(request.Reference),
            ReturnUrl = request.ReturnUrl,
            Metadata = request.Metadata,
            KeyName = user.KeyName(),
        };
        Order order = Order.Place(draft, StorageFormat.Now(time), shop.OrderLifetime);
        string? ownerOfReference = await orders.PlaceAsync(
            order, sql => response.SaveAsync(sql, StatusCodes.Status201Created, OrderView.Of(order), LocationOf(order)), cancellationToken);
        return ownerOfReference is null
            ? TypedResults.Created(LocationOf(order), OrderView.Of(order))
            : Problems.ReferenceTaken(user.MayDo(Scopes.Read) ? ownerOfReference : null);
    }

    // Null when a product is not in the catalogue.
    private static async Task<IReadOnlyList<DraftLine>?> LinesOfAsync(
        PlaceOrderRequest request, Products products, CancellationToken cancellationToken)
    {
        if (request.Lines is { } own)
        {
            return [.. own.Select(line => new DraftLine(null, line.Name, line.UnitPrice, line.Quantity, line.Kind))];
        }

        IReadOnlyList<OrderItemRequest> items = request.Items ?? [];
        Dictionary<string, Product> found = await products.FindAsync([.. items.Select(item => item.ProductId)], cancellationToken);
        return items.All(item => found.ContainsKey(item.ProductId))
            ? [.. items.Select(
                item => new DraftLine(item.ProductId, found[item.ProductId].Name, found[item.ProductId].Price, item.Quantity))]
            : null;
    }

    private static string LocationOf(Order order) => $"/api/v1/orders/{order.Id}";

    private static string? TextOrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
