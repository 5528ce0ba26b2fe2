// Places an order at the shop whose address is given, reads it back, cancels it and prints its id.
using Checkout.Client;
using Checkout.Client.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

using HttpClientRequestAdapter adapter = new(new AnonymousAuthenticationProvider()) { BaseUrl = args[0] };
CheckoutClient shop = new(adapter);

OrderView placed = (await shop.Api.V1.Orders.PostAsync(
    new PlaceOrderRequest
    {
        Items = [new OrderItemRequest { ProductId = "ilam-tea", Quantity = 2 }],
        Customer = new OrderCustomerRequest { Name = "Sita Rai" }
    },
    request => request.Headers.Add("Idempotency-Key", "kiota-client-" + Guid.NewGuid())))!;

OrderView read = (await shop.Api.V1.Orders[placed.Id!].GetAsync())!;
if (read.Amount != placed.Amount || read.Receipt is not null)
{
    throw new InvalidOperationException("The order reads otherwise.");
}

long? most = (await shop.Api.V1.Config.GetAsync())!.MaxAmount;
if (most < read.Amount)
{
    throw new InvalidOperationException("The order is above the limit.");
}

OrderView cancelled = (await shop.Api.V1.Orders[placed.Id!].Cancel.PostAsync())!;
if (cancelled.Status != OrderStatus.Cancelled)
{
    throw new InvalidOperationException("The order is not cancelled.");
}

try
{
    await shop.Api.V1.Orders["ord_none"].GetAsync();
    throw new InvalidOperationException("An unknown order was found.");
}
catch (Problem problem) when (problem.Code == "not_found")
{
    Console.WriteLine(placed.Id);
}
