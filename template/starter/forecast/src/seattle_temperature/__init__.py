"""The highest temperature of each day in Seattle, a week ahead."""
