using FluentValidation;
using FluentValidation.Results;
using Microsoft.AspNetCore.Mvc;

namespace KhaltiCheckout.Http;

/// <summary>Runs a slice's rules before its handler, and declares the 400 they may give.</summary>
internal static class Validation
{
    internal static RouteHandlerBuilder WithValidation<TRequest>(this RouteHandlerBuilder route, AbstractValidator<TRequest> rules)
        where TRequest : class =>
        route.AddEndpointFilter(async (context, next) =>
        {
            TRequest request = context.Arguments.OfType<TRequest>().Single();
            ValidationResult result = await rules.ValidateAsync(request, context.HttpContext.RequestAborted);
            if (result.IsValid)
            {
                return await next(context);
            }

            ProblemDetails problem = Problems.ValidationFailed(result.Errors);
            return TypedResults.Problem(problem);
        });

    /// <summary>Text that may be stored, shown and logged: no control characters, so no second log line or header, and
    /// nothing that turns the reading direction of what stands beside it. Joiners stay: Nepali is written with them.</summary>
    internal static IRuleBuilderOptions<T, string?> PlainText<T>(this IRuleBuilder<T, string?> rule, int longest) =>
        rule.MaximumLength(longest).WithMessage($"At most {longest} characters.")
            .Must(IsPlain).WithMessage("No control characters.");

    internal static bool IsPlain(string? text) => text is null || !text.Any(IsControl);

    private static bool IsControl(char letter) =>
        char.IsControl(letter) || letter is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
