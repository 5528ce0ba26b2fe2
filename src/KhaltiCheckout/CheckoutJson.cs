using System.Text.Json.Serialization;
using KhaltiCheckout.Catalogue;
using KhaltiCheckout.Checkout;
using KhaltiCheckout.Http;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Mvc;

namespace KhaltiCheckout;

/// <summary>
/// How to read and write what every checkout sends and gets, worked out when the program is built instead of when it starts.
/// Only how: the rules are those of <see cref="StrictJson"/>. Types that are not listed here use reflection at their first use.
/// </summary>
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(VerifyPaymentRequest))]
[JsonSerializable(typeof(InitiatePaymentRequest))]
[JsonSerializable(typeof(InitiatedPaymentView))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(List<ProductView>))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class CheckoutJson : JsonSerializerContext;
