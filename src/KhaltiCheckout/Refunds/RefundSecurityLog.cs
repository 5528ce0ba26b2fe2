using KhaltiCheckout.Access;
using KhaltiCheckout.Views;

namespace KhaltiCheckout.Refunds;

/// <summary>Puts each refund that a request made or recorded into the security log. A replayed answer does not come by here.</summary>
internal sealed class RefundSecurityLog(SecurityLog security) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        object? answer = await next(context);
        if (((answer as INestedHttpResult)?.Result ?? answer) is IValueHttpResult { Value: RefundView refund })
        {
            security.Refunded(context.HttpContext, refund.Id, refund.OrderId, (long)refund.Amount, refund.Status.ToString());
        }

        return answer;
    }
}
