"""Addresses for agents that register themselves, and for people who claim what they made."""

from django.urls import path

from controlplane.agents.views import AgentCaller, AgentMode, EmailCode, VerifyEmailCode

urlpatterns = [
    path("api/v1/auth/agent_mode/", AgentMode.as_view()),
    path("api/v1/auth/agent_mode/caller/", AgentCaller.as_view()),
    path("api/v1/auth/email_code/", EmailCode.as_view()),
    path("api/v1/auth/email_code/verify/", VerifyEmailCode.as_view()),
]
