using System.Text.Json.Serialization;
using KhaltiCheckout.Access;
using KhaltiCheckout.Catalogue;
using KhaltiCheckout.Checkout;
using KhaltiCheckout.DailyReconciliation;
using KhaltiCheckout.Desk;
using KhaltiCheckout.Http;
using KhaltiCheckout.Operations;
using KhaltiCheckout.Payments;
using KhaltiCheckout.Refunds;
using KhaltiCheckout.Views;
using Microsoft.AspNetCore.Mvc;

namespace KhaltiCheckout;

/// <summary>
/// How to read and write what checkouts and the desk send and get most, worked out when the program is built instead of when it starts.
/// Only how: the rules are those of <see cref="StrictJson"/>. Types that are not listed here use reflection at their first use.
/// </summary>
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(VerifyPaymentRequest))]
[JsonSerializable(typeof(InitiatePaymentRequest))]
[JsonSerializable(typeof(InitiatedPaymentView))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(AdminPaymentView))]
[JsonSerializable(typeof(ReasonView))]
[JsonSerializable(typeof(List<ProductView>))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(ConfigView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(AliveView))]
[JsonSerializable(typeof(AdminOrderView))]
[JsonSerializable(typeof(AdminOrderPage))]
[JsonSerializable(typeof(SummaryView))]
[JsonSerializable(typeof(ResolveOrderRequest))]
[JsonSerializable(typeof(RefundOrderRequest))]
[JsonSerializable(typeof(SettleRefundRequest))]
[JsonSerializable(typeof(RefundView))]
[JsonSerializable(typeof(ClosesView))]
[JsonSerializable(typeof(SignInRequest))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(CreateKeyRequest))]
[JsonSerializable(typeof(CreatedKeyView))]
[JsonSerializable(typeof(KeyListView))]
internal sealed partial class CheckoutJson : JsonSerializerContext;
