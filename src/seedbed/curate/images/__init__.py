"""Images: what can be measured or found in one. Every operator leaves nulls where a picture is missing or broken.

`reduced` decodes no more than is needed; `detector` runs the one model that `nsfw` and `faces` share.
"""
